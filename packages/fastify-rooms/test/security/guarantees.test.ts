import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { resolveOptions } from '../../src/options.js'

const page = new URL('../../../../docs/guarantees.md', import.meta.url)
const text = readFileSync(page, 'utf8')

/** Each test that the page names: its file, and the parts of its name between what varies. */
const named = [...text.matchAll(/\["([^\]]+)"\]\(([^)]+\.ts)\)/g)].map(([, name, file]) => ({ name: name!, file: file! }))

/** Whether a line of a test file begins a test or a group of that name; `…` stands for what a template or a table fills in. */
function names(source: string, name: string): boolean {
  return source.split('\n').filter((line) => /^\s*(test|describe|\])/.test(line)).some((line) => {
    const plain = line.replaceAll("\\'", "'")
    let at = 0
    return name.split('…').every((part) => {
      const found = plain.indexOf(part.trim(), at)
      at = found + part.length
      return found >= 0
    })
  })
}

describe('docs/guarantees.md', () => {
  test('names only tests that exist', () => {
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter(({ name, file }) => !names(readFileSync(new URL(file, page), 'utf8'), name))).toEqual([])
  })
  test('names a test in every row of what fails, of bad input and of the security rules', () => {
    const tables = text.split('\n## ').filter((part) => /^(When something fails|Bad input|Security)/.test(part))
    const rows = tables.flatMap((part) => part.split('\n').filter((line) => line.startsWith('| ') && !line.endsWith('shown by |')))
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter((row) => !/\["[^\]]+"\]\(/.test(row))).toEqual([])
  })
  test('lists every limit with its default', () => {
    const [, table = ''] = text.split('| limit | default | beyond it |')
    const told = table.split('\n\n')[0]!.split('\n').slice(2).map((row) => row.split('|').slice(1, 3).map((cell) => cell.trim().replaceAll('`', '')))
    expect(Object.fromEntries(told.map(([name, value]) => [name, value === 'none' ? Infinity : Number(value)]))).toEqual(resolveOptions({}).limits)
  })
})
