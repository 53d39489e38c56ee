import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as errors from '../src/errors.js'
import { resolveOptions } from '../src/options.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
/** The rows of the table under a heading row: its cells, code marks taken off the first. */
function rows(head: string): string[][] {
  const [, table = ''] = readme.split(`| ${head} |`)
  return table.split('\n\n')[0]!.split('\n').slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')))
}

describe('README', () => {
  const options = resolveOptions({})

  test('lists every option', () => {
    expect(rows('option | default |').map(([name]) => name).sort()).toEqual(Object.keys(options).sort())
  })
  test('lists every limit with its default', () => {
    const told = rows('limit | default |').map(([name, value]) => [name, value === 'none' ? Infinity : Number(value)])
    expect(Object.fromEntries(told)).toEqual(options.limits)
  })
  test('lists every error with its status', () => {
    // Every error class there takes any texts for its message.
    const made = Object.values(errors).filter((value) => value !== errors.RoomsRefusal).map((Made) => new (Made as new (...texts: string[]) => { code: string; statusCode: number })('', '', ''))
    expect(Object.fromEntries(rows('code | status | because').map(([code, status]) => [code, status]))).toEqual(Object.fromEntries(made.map(({ code, statusCode }) => [code, String(statusCode)])))
  })
})
