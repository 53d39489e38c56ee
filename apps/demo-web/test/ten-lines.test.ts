import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tenLines } from '../src/features/panes/ten-lines.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const linesOf = (text: string) => text.split('\n').map((line) => line.trim().replace(/^export /, '')).filter((line) => line !== '')

test.each(Object.values(tenLines))('the $title lines beside the panes are the demo’s own, and ten at most', ({ path, code }) => {
  const place = join(root, path)
  const files = statSync(place).isDirectory() ? readdirSync(place).filter((name) => /\.tsx?$/.test(name)).map((name) => join(place, name)) : [place]
  const running = new Set(files.flatMap((file) => linesOf(readFileSync(file, 'utf8'))))
  const shown = linesOf(code)
  expect(shown.filter((line) => !running.has(line))).toEqual([])
  expect(shown.length).toBeLessThanOrEqual(10)
})
