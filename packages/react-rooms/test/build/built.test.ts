import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as protocol from 'rooms-protocol'
import { describe, expect, it } from 'vitest'
import { INTERNAL_NAMES } from '../../scripts/internal-names.mjs'
import { declarations, dist, ENTRIES, exportsOf } from './declarations.js'

describe('what is built', () => {
  it.each(ENTRIES)('%s exports at run time what its declarations promise, and nothing else', async (entry) => {
    const built = Object.keys(await import(join(dist, `${entry}.js`)) as object)
    const promised = [...exportsOf(entry)].filter(([, kind]) => kind === 'value').map(([name]) => name)
    expect(promised.length).toBeGreaterThan(0)
    const own = built.filter((name) => !(name in protocol) || promised.includes(name))
    expect(own.sort()).toEqual(promised.sort())
  })

  it.each(['index', 'client/index', 'query/index'])('%s passes on every value of the protocol', async (entry) => {
    const built = await import(join(dist, `${entry}.js`)) as object
    expect(Object.keys(protocol).filter((name) => !(name in built))).toEqual([])
  })

  it('names no path of the machine it was built on, in code, maps or declarations', () => {
    for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
      if (/\.(js|map|ts)$/.test(path)) expect([path, readFileSync(join(dist, path), 'utf8').includes(dirname(dirname(dist)))]).toEqual([path, false])
  })

  it('has a map beside each script, with the source inside', () => {
    const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))
    for (const path of scripts) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(dist, `${path}.map`), 'utf8')) as { sources: string[]; sourcesContent: string[] }
      expect([path, sources.every((source) => /^(\.\.\/)+src\//.test(source)), sourcesContent.length]).toEqual([path, true, sources.length])
    }
  })
})

describe('a name the build shortens', () => {
  it('is in no public declaration, nor in the wire objects', () => {
    const all = declarations()
    const wire = readdirSync(join(dist, '../../protocol/dist')).filter((path) => path.endsWith('.d.ts')).map((path) => readFileSync(join(dist, '../../protocol/dist', path), 'utf8'))
    /** Public is what is exported, and whatever its declaration speaks of. */
    const reached = new Set(ENTRIES.flatMap((entry) => [...exportsOf(entry).keys()]))
    for (const name of reached) for (const [word] of (all.get(name) ?? '').matchAll(/\b[A-Z]\w+/g)) if (all.has(word)) reached.add(word)
    expect(reached.size).toBeGreaterThan(50)
    const text = [...[...reached].map((name) => all.get(name) ?? ''), ...wire].join('\n')
    expect(membersIn(text)).toContain('retryNow')
    expect(INTERNAL_NAMES.filter((name) => membersIn(text).has(name))).toEqual([])
  })

  it('is no member of anything the platform, React or React Query has', () => {
    const { resolve } = createRequire(import.meta.url)
    const folder = (file: string): string[] => readdirSync(dirname(file)).filter((name) => name.endsWith('.d.ts')).map((name) => join(dirname(file), name))
    const typescript = createRequire(resolve('typescript/package.json')).resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`)
    const files = [
      ...folder(join(dirname(typescript), 'lib/lib.d.ts')), ...folder(resolve('@types/react/package.json')), ...folder(resolve('@types/react-dom/package.json')), ...folder(resolve('@tanstack/react-query')),
    ]
    expect(files.some((file) => file.endsWith('lib.dom.d.ts'))).toBe(true)
    const members = membersIn(files.map((file) => readFileSync(file, 'utf8')).join('\n'))
    expect(members).toContain('addEventListener')
    expect(INTERNAL_NAMES.filter((name) => members.has(name))).toEqual([])
  })
})

function membersIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/[{;\n]\s*(?:readonly |get |set |static )*(\w+)\??\s*[(:<]/g)].map(([, name]) => name!))
}
