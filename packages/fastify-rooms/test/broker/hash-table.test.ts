import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HashTable } from '../../src/broker/hash-table.js'

/** Few hashes, at both ends of a table: chains meet, run around the end, and are taken apart in the middle. */
const hash = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 13, max: 17 }))
const step = fc.record({ hash, isAdded: fc.boolean(), pick: fc.nat() })

function addressesOf(table: HashTable, hash: number): number[] {
  const found: number[] = []
  for (let slot = table.seek(hash); slot >= 0; slot = table.seekOn(hash, slot)) found.push(table.addressAt(slot))
  return found.sort((a, b) => a - b)
}

test('finds all addresses of a hash, whatever was added and removed around them', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const table = new HashTable()
    const model = new Map<number, number[]>()
    for (const [address, { hash, isAdded, pick }] of steps.entries()) {
      const known = model.get(hash) ?? []
      if (isAdded || known.length === 0) {
        table.add(hash, address)
        model.set(hash, [...known, address])
      } else {
        const gone = known[pick % known.length]!
        let slot = table.seek(hash)
        while (table.addressAt(slot) !== gone) slot = table.seekOn(hash, slot)
        table.remove(slot)
        model.set(hash, known.filter((other) => other !== gone))
      }
      for (const [each, addresses] of model) expect(addressesOf(table, each)).toEqual(addresses)
    }
  }))
})

test('grows and shrinks with what it holds, and loses nothing', () => {
  const table = new HashTable()
  const count = 10_000
  for (let n = 0; n < count; n++) table.add(Math.imul(n, 0x9e3779b1), n)
  const full = table.bytes
  for (let n = 0; n < count; n++) expect(addressesOf(table, Math.imul(n, 0x9e3779b1))).toEqual([n])
  for (let n = 0; n < count - 10; n++) table.remove(table.seek(Math.imul(n, 0x9e3779b1)))
  for (let n = count - 10; n < count; n++) expect(addressesOf(table, Math.imul(n, 0x9e3779b1))).toEqual([n])
  expect(table.bytes).toBeLessThan(full / 10)
})
