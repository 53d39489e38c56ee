// What the README says of a contract in a package of its own, tried on built declarations.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from './workspace.mjs'

const CONTRACT = `
  import { defineContract } from 'fastify-rooms/contract'
  import { z } from 'zod'
  export const contract = defineContract({ user: { access: 'owner', events: { 'order.updated': z.object({ id: z.string() }) } } })
  declare module 'fastify-rooms/contract' { interface Register { contract: typeof contract } }
`
const KEEP = "export type {} from 'fastify-rooms/contract'\n"
const OWN = "import type { contract } from 'shop-contract'\ndeclare module 'react-rooms' { interface Register { contract: typeof contract } }\n"
const PAGE = `
  import { createRoomsClient } from 'react-rooms'
  import type {} from 'shop-contract'
  const user = createRoomsClient({ url: '' }).room('user:ana')
  user.on('order.updated', (order) => { order.id satisfies string })
  // @ts-expect-error the contract has no such event
  user.on('order.updatd', () => {})
`
const options = { target: 'es2023', lib: ['es2023', 'dom'], module: 'nodenext', strict: true, skipLibCheck: true, verbatimModuleSyntax: true, types: [] }

let folder
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'rooms-contract-')) })
afterEach(() => rmSync(folder, { recursive: true }))

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof text === 'string' ? text : JSON.stringify(text))
}

function link(name, target) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  symlinkSync(target, join(folder, name))
}

function tsc(project) {
  return spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(folder, project), '--pretty', 'false'], { encoding: 'utf8' }).stdout
}

/** Builds the contract's package, then says what a page of another package that has only its .d.ts does not compile. */
function pageErrors({ contract, page = {}, hasServer }) {
  write('contract/package.json', { name: 'shop-contract', type: 'module', exports: { types: './dist/index.d.ts' } })
  write('contract/tsconfig.json', { compilerOptions: { ...options, declaration: true, rootDir: 'src', outDir: 'dist' }, include: ['src'] })
  write('contract/src/index.ts', contract)
  const server = 'contract/node_modules/fastify-rooms'
  link(server, join(root, 'packages/fastify-rooms'))
  link('contract/node_modules/zod', join(root, 'docs/node_modules/zod'))
  expect(tsc('contract')).toBe('')
  if (!hasServer) rmSync(join(folder, server))

  link('page/node_modules/shop-contract', join(folder, 'contract'))
  link('page/node_modules/react-rooms', join(root, 'packages/react-rooms'))
  write('page/package.json', { type: 'module' })
  write('page/tsconfig.json', { compilerOptions: { ...options, noEmit: true }, include: ['src'] })
  for (const [path, text] of Object.entries({ 'page.ts': PAGE, ...page })) write(`page/src/${path}`, text)
  return tsc('page')
}

it('keeps its names and data with the line that names fastify-rooms/contract', () => {
  expect(pageErrors({ contract: CONTRACT + KEEP, hasServer: true })).toBe('')
})

it('keeps them in a page without fastify-rooms that declares the contract itself', () => {
  expect(pageErrors({ contract: CONTRACT + KEEP, page: { 'rooms.ts': OWN }, hasServer: false })).toBe('')
})

it('takes both at once', () => {
  expect(pageErrors({ contract: CONTRACT + KEEP, page: { 'rooms.ts': OWN }, hasServer: true })).toBe('')
})

it('loses them without either, which is why the README says it', () => {
  expect(pageErrors({ contract: CONTRACT, hasServer: true })).toContain("Unused '@ts-expect-error'")
})
