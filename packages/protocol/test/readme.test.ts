import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { comesBack, hello, onMessage } from './readme-example.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the example is the file that is compiled, and does what it says', () => {
  const compiled = readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8')
  const shown = /^```ts\n([\s\S]*?)^```/m.exec(readme)![1]!
  expect(compiled.startsWith(`${shown.replace("'rooms-protocol'", "'../src/index.js'")}\nexport `)).toBe(true)
  expect(hello).toBe('{"type":"join","room":"user:ana~40example.com"}')
  expect(onMessage('{"type":"ping"}\n{"type":"pong"}')).toEqual([{ type: 'ping' }, { type: 'pong' }])
  expect([comesBack(4003), comesBack(1006)]).toEqual([false, true])
})

test('every module it names is there', () => {
  const named = [...readme.matchAll(/^\| (`[\w-]+`(?:, `[\w-]+`)*) \|/gm)].flatMap((match) => match[1]!.match(/[\w-]+/g)!)
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !existsSync(new URL(`../src/${name}.ts`, import.meta.url)))).toEqual([])
})
