import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const dist = join(import.meta.dirname, '../../dist')

/** The package's entry points, as paths in dist/ without extension. */
export const ENTRIES: readonly string[] = Object.values((JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8')) as { exports: Record<string, { types?: string }> }).exports)
  .flatMap(({ types }) => types?.replace('./dist/', '').replace('.d.ts', '') ?? [])

/** Every declaration in dist/, by its name; one name may be declared in several files. */
export function declarations(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue
    for (const text of readFileSync(join(dist, path), 'utf8').replace(/\/\*[^]*?\*\//g, '').split(/^(?=export |declare |interface |type )/m)) {
      const name = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const) (\w+)/.exec(text)?.[1]
      if (name !== undefined) found.set(name, `${found.get(name) ?? ''}\n${text}`)
    }
  }
  return found
}

/** What an entry point exports of this package: every name, and whether it is a value. */
export function exportsOf(entry: string): ReadonlyMap<string, 'value' | 'type'> {
  const found = new Map<string, 'value' | 'type'>()
  const text = readFileSync(join(dist, `${entry}.d.ts`), 'utf8')
  for (const [, onlyTypes, names] of text.matchAll(/^export (type )?\{([^}]*)\}/gm))
    for (const part of names!.split(',').map((name) => name.trim()).filter(Boolean))
      found.set(part.replace(/^type /, '').replace(/^.* as /, ''), onlyTypes !== undefined || part.startsWith('type ') ? 'type' : 'value')
  for (const [, name] of text.matchAll(/^export declare (?:const|function|class) (\w+)/gm)) found.set(name!, 'value')
  for (const [, from] of text.matchAll(/^export \* from '(\.[^']*)\.js'/gm))
    for (const [name, kind] of exportsOf(relative(dist, join(dist, dirname(entry), from!)))) found.set(name, kind)
  return found
}
