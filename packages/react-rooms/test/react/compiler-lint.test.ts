import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../../../../', import.meta.url).pathname
const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin/oxlint')
/** Which rules of React the files break, and how many files were read. */
function lint(...paths: string[]): { broken: string[]; files: number } {
  const { stdout } = spawnSync(process.execPath, [oxlint, '-c', '.oxlintrc.json', '--format', 'json', ...paths], { cwd: root, encoding: 'utf8' })
  const { diagnostics, number_of_files: files } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[]; number_of_files: number }
  return { broken: diagnostics.filter(({ code }) => code.startsWith('react(')).map(({ code, filename }) => `${code} in ${filename}`), files }
}

describe('the React Compiler', () => {
  it('takes every hook and component of ours as it is', () => {
    const { broken, files } = lint('packages/react-rooms/src/react', 'packages/react-rooms/src/query', 'packages/react-rooms/src/devtools', 'apps/demo-web/src')
    expect(broken).toEqual([])
    expect(files).toBeGreaterThan(60)
  })

  it.each([
    ['reads a ref in render', 'refs', 'const ref = useRef(0)\n  return ref.current'],
    ['renders by chance', 'purity', 'return Math.random()'],
    ['sets state in an effect', 'set-state-in-effect', 'const [n, set] = useState(0)\n  useEffect(() => { set(1) }, [])\n  return n'],
    ['sets state in render', 'set-state-in-render', 'const [n, set] = useState(0)\n  set(1)\n  return n'],
    ['changes its state in place', 'immutability', 'const [state] = useState({ n: 1 })\n  state.n = 2\n  return state'],
    ['has syntax the compiler leaves alone', 'todo', 'try { return list.length } finally { list.at(0) }'],
  ])('would be told of a hook that %s', (_, rule, body) => {
    const folder = mkdtempSync(join(tmpdir(), 'rooms-lint-'))
    const file = join(folder, 'use-planted.ts')
    writeFileSync(file, `import { useEffect, useRef, useState } from 'react'\nvoid [useEffect, useRef]\nexport function usePlanted(list: number[]) {\n  useState(0)\n  ${body}\n}\n`)
    expect(lint(file).broken.join('\n')).toContain(`react(${rule})`)
    rmSync(folder, { recursive: true })
  })
})
