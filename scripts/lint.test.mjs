import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from './workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'rooms-lint-'))
afterAll(() => rmSync(folder, { recursive: true }))
cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))

const allowed = [
  ['packages/fastify-rooms/src/plugin.ts', "import { a } from 'rooms-protocol'\nimport { b } from './transports/websocket.js'\nexport const c = [a, b]"],
  ['packages/fastify-rooms/src/transports/poll.ts', "import { a } from '../connection.js'\nimport type { B } from './transport.js'\nexport const b: B = a"],
  ['packages/fastify-rooms/src/redis/index.ts', "import { a } from './keys.js'\nimport { b } from '../broker/broker.js'\nexport const c = [a, b]"],
  ['packages/react-rooms/src/query/bind-room.ts', "import { a } from '@tanstack/react-query'\nimport { b } from '../react/use-room.js'\nexport const c = [a, b]"],
  ['packages/react-rooms/src/react/use-room.ts', "import { a } from 'react'\nimport { b } from '../client/index.js'\nexport const c = [a, b]"],
  ['packages/react-rooms/src/client/connection.ts', "import { a } from 'rooms-protocol'\nexport const b = a"],
  ['apps/demo-web/src/app.tsx', "import type {} from 'demo-api/contract'\nimport type { A } from 'demo-api/contract'\nimport './app.css'\nimport { a } from 'react-rooms'\nexport const b: A = a"],
  ['apps/demo-api/src/app.ts', "import { a } from 'fastify-rooms'\nexport const b = a"],
]

const planted = [
  ['the protocol imports the server', 'packages/protocol/src/x.ts', "import { a } from 'fastify-rooms'\nexport const b = a", 'no-restricted-imports'],
  ['the protocol imports Node', 'packages/protocol/src/x.ts', "import { a } from 'node:fs'\nexport const b = a", 'no-restricted-imports'],
  ['a package reaches into another by path', 'packages/react-rooms/src/react/x.ts', "import { a } from '../../../protocol/src/frames.js'\nexport const b = a", 'no-restricted-imports'],
  ['the server imports the hooks', 'packages/fastify-rooms/src/x.ts', "import { a } from 'react-rooms'\nexport const b = a", 'no-restricted-imports'],
  ['the server imports the demo', 'packages/fastify-rooms/src/x.ts', "import { a } from 'demo-api/contract'\nexport const b = a", 'no-restricted-imports'],
  ['the server core imports the Redis broker', 'packages/fastify-rooms/src/plugin.ts', "import { a } from './redis/index.js'\nexport const b = a", 'no-restricted-imports'],
  ['a transport imports the Redis broker', 'packages/fastify-rooms/src/transports/sse.ts', "import { a } from '../redis/broker.js'\nexport const b = a", 'no-restricted-imports'],
  ['a transport imports another one', 'packages/fastify-rooms/src/transports/poll.ts', "import { a } from './sse.js'\nexport const b = a", 'no-restricted-imports'],
  ['the hooks import the server', 'packages/react-rooms/src/react/x.ts', "import { a } from 'fastify-rooms'\nexport const b = a", 'no-restricted-imports'],
  ['a hook imports React Query', 'packages/react-rooms/src/react/x.ts', "import { a } from '@tanstack/react-query'\nexport const b = a", 'no-restricted-imports'],
  ['a hook imports the query part', 'packages/react-rooms/src/react/x.ts', "import { a } from '../query/bind-room.js'\nexport const b = a", 'no-restricted-imports'],
  ['the client imports React', 'packages/react-rooms/src/client/x.ts', "import { a } from 'react'\nexport const b = a", 'no-restricted-imports'],
  ['the client loads React later', 'packages/react-rooms/src/client/x.ts', "export const load = () => import('react')", 'no-restricted-imports'],
  ['the client re-exports a hook', 'packages/react-rooms/src/client/x.ts', "export * from '../react/use-room.js'", 'no-restricted-imports'],
  ['the demo API imports the hooks', 'apps/demo-api/src/x.ts', "import { a } from 'react-rooms'\nexport const b = a", 'no-restricted-imports'],
  ['the web app imports the server', 'apps/demo-web/src/x.ts', "import { a } from 'fastify-rooms'\nexport const b = a", 'no-restricted-imports'],
  ['the web app imports the contract as a value', 'apps/demo-web/src/x.ts', "import { contract } from 'demo-api/contract'\nexport const b = contract", 'no-restricted-imports'],
  ['the web app imports the contract for its effects', 'apps/demo-web/src/x.ts', "import 'demo-api/contract'\nexport const b = 1", 'no-unassigned-import'],
  ['a package writes to the console', 'packages/protocol/src/x.ts', "console.log('here')\nexport const b = 1", 'no-console'],
  ['a type is any', 'packages/protocol/src/x.ts', 'export const a = (b: any): unknown => b', 'no-explicit-any'],
  ['an error is silenced', 'packages/protocol/src/x.ts', '// @ts-ignore\nexport const a: string = 1', 'ban-ts-comment'],
  ['an effect leaves out a dependency', 'apps/demo-web/src/x.tsx', "import { useEffect } from 'react'\nexport function A({ id, go }: { id: string; go: (id: string) => void }) {\n  useEffect(() => { go(id) }, [go])\n  return null\n}", 'exhaustive-deps'],
  ['a hook runs on a condition', 'apps/demo-web/src/x.tsx', "import { useId } from 'react'\nexport function A({ on }: { on: boolean }) {\n  return on ? useId() : null\n}", 'rules-of-hooks'],
  ['a test runs alone', 'packages/protocol/test/x.test.ts', "import { expect, it } from 'vitest'\nit.only('is alone', () => { expect(1).toBe(1) })", 'no-focused-tests'],
]

describe('lint', () => {
  it('lets the drawn import directions pass', () => {
    for (const [path, text] of allowed) write(path, text)
    expect(lint(allowed.map(([path]) => path))).toEqual([])
  })

  it.each(planted)('fails when %s', (_what, path, text, rule) => {
    write(path, text)
    expect(lint([path]).map((finding) => finding.code.replace(/^.*\((.*)\)$/, '$1'))).toContain(rule)
  })
})

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), `${text}\n`)
}

function lint(paths) {
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--deny-warnings', '--format', 'json', ...paths], { cwd: folder, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).diagnostics
}
