import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutations } from './mutations.mjs'

const inServer = (path) => new URL(`../packages/fastify-rooms/${path}`, import.meta.url)

test.each(mutations)('what is to be broken stands once in the code, and its tests are there: $breaks', ({ file, find, replace, tests }) => {
  expect(readFileSync(inServer(file), 'utf8').split(find)).toHaveLength(2)
  expect(replace).not.toBe(find)
  for (const path of tests) expect(existsSync(inServer(path)), path).toBe(true)
})
