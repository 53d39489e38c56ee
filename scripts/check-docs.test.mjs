import { describe, expect, it } from 'vitest'
import { linkProblems, mapProblems, pathProblems, shownFileProblems } from './check-docs.mjs'
import { modulesOf, snippetProblems } from './snippets.mjs'

const files = ['README.md', 'docs/security.md', 'packages/protocol/src/frames.ts', 'packages/protocol/package.json']
const texts = { 'docs/security.md': '# Security\n\n## Tokens, and cookies\n', 'packages/protocol/src/frames.ts': 'export const a = 1\n' }
const read = (path) => texts[path]
const block = (language, ...lines) => `\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n`

describe('paths in the architecture', () => {
  it('may name files, folders and things that are no paths', () => {
    expect(pathProblems('ARCHITECTURE.md', 'See `packages/protocol/src/frames.ts`, `packages/protocol/`, `react-rooms/client`, `GET /ws/:room`, `docs/`.', files)).toEqual([])
  })

  it.each(['packages/protocol/src/gone.ts', 'packages/gone/', 'gone.md', 'gone/'])('fail when there is no %s', (path) => {
    expect(pathProblems('ARCHITECTURE.md', `One\n\nSee \`${path}\`.`, files)).toEqual([`ARCHITECTURE.md:3: there is no ${path}`])
  })

  it('fail when a folder is not on the map', () => {
    expect(mapProblems('ARCHITECTURE.md', 'See `packages/protocol/` and `docs/`.', files)).toEqual(['ARCHITECTURE.md: the map does not name packages/protocol/src/'])
  })
})

describe('links', () => {
  it('may lead to files, folders, headings and the web', () => {
    expect(linkProblems('docs/security.md', '# Here\n[a](../README.md) [b](../packages/protocol/) [c](#here) [d](https://example.com) `[e](gone.md)`', files, read)).toEqual([])
    expect(linkProblems('README.md', '[a](docs/security.md#tokens-and-cookies)', files, read)).toEqual([])
  })

  it('fail when the file or the heading is gone', () => {
    expect(linkProblems('README.md', '[a](docs/gone.md)\n[b](docs/security.md#gone)', files, read)).toEqual([
      'README.md:1: the link to docs/gone.md leads nowhere',
      'README.md:2: docs/security.md has no heading #gone',
    ])
  })
})

describe('shown files', () => {
  const shown = (code) => `<!-- file: packages/protocol/src/frames.ts -->\n${block('ts', code)}`

  it('are shown as they are', () => {
    expect(shownFileProblems('README.md', shown('export const a = 1'), files, read)).toEqual([])
  })

  it('fail when they differ or are gone', () => {
    expect(shownFileProblems('README.md', shown('export const a = 2'), files, read)[0]).toContain('README.md:3: differs from packages/protocol/src/frames.ts')
    expect(shownFileProblems('README.md', `<!-- file: gone.ts -->\n${block('ts', '')}`, files, read)[0]).toContain('shows gone.ts, which is not there')
  })
})

describe('snippets', () => {
  it('become modules: named ones, importing ones, and those that continue', () => {
    const text = block('ts', '// one.ts', 'export const a = 1') + block('ts', 'const b = 2') + block('tsx', "import { a } from './one.js'") + block('json', '{}')
    expect([...modulesOf(text)].map(([name, lines]) => [name, lines.map(({ code }) => code)])).toEqual([
      ['one.ts', ['// one.ts', 'export const a = 1', '{', 'const b = 2', '}']],
      ['snippet-9.tsx', ["import { a } from './one.js'"]],
    ])
  })

  it('that compile pass, with the context a comment gives them', () => {
    const text = `${block('ts', '// one.ts', 'export const a = 1')}<!-- context\nimport { a } from './one.js'\ndeclare const b: number\n-->\n${block('ts', 'const c: number = a + b')}${block('ts', "const c = 'again'")}`
    expect(snippetProblems('README.md', text)).toEqual([])
  })

  it('that do not compile fail, at their line in the document', () => {
    const text = `# Title\n\n${block('ts', "import { roomName } from 'rooms-protocol'", "export const a: number = roomName('user', 'ana')")}`
    expect(snippetProblems('docs/x.md', text)).toEqual([expect.stringMatching(/^docs\/x\.md:5: TS2322: /)])
  })
})
