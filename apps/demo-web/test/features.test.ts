import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const features = fileURLToPath(new URL('../src/features/', import.meta.url))
const files = readdirSync(features, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
const live = files.filter((path) => /^(orders|pantry|chat|todos)\//.test(path))
const text = (path: string) => readFileSync(features + path, 'utf8')

/** What one sees of a file at once, on one screen. */
const screenful = 60

test('every feature file can be read on one screen', () => {
  expect(files.length).toBeGreaterThan(20)
  expect(files.map((path) => ({ path, lines: text(path).trimEnd().split('\n').length })).filter(({ lines }) => lines > screenful)).toEqual([])
})

test('orders, the pantry, chat and to-dos know of the rooms only what everybody may', () => {
  const imports = live.flatMap((path) => [...text(path).matchAll(/from '([^']+)'/g)].map(([, from = '']) => from)).filter((from) => !from.startsWith('.'))
  expect([...new Set(imports)].toSorted()).toEqual(['@tanstack/react-query', 'demo-api/contract', 'react', 'react-rooms', 'react-rooms/query'])
  // Nobody asks the client itself, or opens anything, to be live.
  expect(live.filter((path) => /useRoomsClient|createRoomsClient|WebSocket|EventSource|setQueryData|invalidateQueries/.test(text(path)))).toEqual([])
})
