import { describe, expect, it } from 'vitest'
import { houseProblems } from './check-house.mjs'

const lines = (count) => 'const a = 1\n'.repeat(count)

describe('house rules', () => {
  it('let an ordinary file pass', () => {
    expect(houseProblems([
      { path: 'packages/protocol/src/room-name.ts', text: `// a reason for any of it\n${lines(299)}` },
      { path: 'packages/protocol/src/index.ts', text: "// For all\nexport * from './room-name.js'\nexport { a } from './a.js'\n" },
      { path: 'packages/protocol/test/room-name.test.ts', text: lines(400) },
      { path: 'README.md', text: 'TODO lists are live' },
    ])).toEqual([])
  })

  it.each([
    ['a source file of 301 lines', 'packages/protocol/src/a.ts', lines(301), 'has 301 lines; the limit is 300'],
    ['a test of 401 lines', 'packages/protocol/test/a.test.ts', lines(401), 'has 401 lines; the limit is 400'],
    ['a file named utils', 'apps/demo-web/src/lib/utils.ts', '', "is called 'utils'"],
    ['a file in camel case', 'packages/protocol/src/roomName.ts', '', 'is not kebab-case'],
    ['an open end', 'packages/protocol/src/a.ts', '\n// TODO later', 'a.ts:2: says TODO'],
    ['a test that is skipped', 'packages/protocol/test/a.test.ts', "it.skip('x', () => {})", 'has .skip'],
    ['a test that sleeps', 'packages/protocol/test/a.test.ts', 'await new Promise((r) => setTimeout(r, 50))', 'waits for time'],
    ['an index with logic', 'packages/protocol/src/index.ts', 'export const a = 1', 'holds logic'],
    ['commented-out code', 'packages/protocol/src/a.ts', '// return a.b(c)', 'is commented-out code'],
  ])('refuse %s', (_what, path, text, problem) => {
    expect(houseProblems([{ path, text }]).join('\n')).toContain(problem)
  })
})
