import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What react-rooms takes at run time; `client-door.js` is the server's. */
const CLIENT_MODULES = ['codec', 'close-codes', 'presence', 'poll', 'position', 'room-name', 'frames', 'contract', 'errors']

function source(module: string): string {
  return readFileSync(new URL(`../src/${module}.ts`, import.meta.url), 'utf8')
}
/** Modules that stay imported once the types are gone. */
function imports(module: string): string[] {
  return [...source(module).matchAll(/^(?:import|export) (?!type )(?:[^'\n]* from )?'([^']+)'/gm)].map((match) => match[1]!)
}

test('what a client imports reaches neither the door nor a dependency', () => {
  const reached = new Set<string>()
  const visit = (module: string): void => {
    for (const specifier of imports(module)) {
      if (reached.has(specifier)) continue
      reached.add(specifier)
      if (specifier.startsWith('./')) visit(specifier.slice(2).replace('.js', ''))
    }
  }
  for (const module of CLIENT_MODULES) visit(module)
  expect([...reached]).toEqual(['./errors.js'])
  expect(imports('client-door')).toEqual(['./client-fields.js'])
})

test('every module is known as the server\'s or the client\'s', () => {
  const exported = imports('index').map((specifier) => specifier.slice(2).replace('.js', ''))
  expect(exported.sort()).toEqual([...CLIENT_MODULES, 'client-door'].sort())
})

test('modules do nothing when they are imported: only declarations stand at the top', () => {
  for (const module of [...CLIENT_MODULES, 'client-door', 'client-fields', 'index'])
    for (const line of source(module).replace(/\/\*[\s\S]*?\*\//g, '').split('\n'))
      if (/^[^\s})\]/]/.test(line)) expect(line, `${module}.ts`).toMatch(/^(import|export|const|function|type|interface) ?/)
})
