import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { settingsOf } from '../../src/client/options.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const [, table = ''] = /^\| option \| type \| default .*\n.*\n((?:\|.*\n)+)/m.exec(readme.slice(readme.indexOf('`createRoomsClient(options)`'))) ?? []
const told = table.trim().split('\n').map((row) => row.split(' | ').map((cell) => cell.replace(/^\| /, '').replaceAll('`', '')))
/** An option as the README writes its default. */
const written = (value: unknown): string =>
  typeof value === 'number' ? value.toLocaleString('en') : Array.isArray(value) ? `['${value.join("', '")}']` : String(value)

test('the README lists every option of the client with the default it has', () => {
  const { url: _required, open: _internal, clock: _words, ...defaults } = settingsOf({ url: '' })
  const flat = Object.entries(defaults).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).map(([part, number]) => [`${name}.${part}`, number]) : [[name, value]])
  const inWords = ['url', 'getToken', 'WebSocket', 'clock']
  expect(Object.fromEntries(told.filter(([name]) => !inWords.includes(name!)).map(([name, , value]) => [name, value]))).toEqual(Object.fromEntries(flat.map(([name, value]) => [name, written(value)])))
  expect(told.map(([name]) => name)).toEqual(expect.arrayContaining(inWords))
})
