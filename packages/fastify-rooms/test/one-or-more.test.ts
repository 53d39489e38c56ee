import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Membership } from '../src/membership.js'
import { Memberships } from '../src/memberships.js'
import { eachOf, type OneOrMore, withOne, withoutOne } from '../src/one-or-more.js'

const steps = fc.array(fc.record({ adds: fc.boolean(), which: fc.nat({ max: 3 }) }), { maxLength: 40 })

test('one or more is a set, whatever is added and taken away', () => {
  const items = Array.from({ length: 4 }, (_, n) => ({ n }))
  fc.assert(fc.property(steps, (all) => {
    let held: OneOrMore<object> | undefined
    const model = new Set<object>()
    for (const { adds, which } of all) {
      const item = items[which]!
      held = adds ? withOne(held, item) : withoutOne(held, item)
      if (adds) model.add(item)
      else model.delete(item)
      expect(eachOf(held)).toEqual([...model])
      expect(held === undefined).toBe(model.size === 0)
    }
  }))
})

test('memberships are a map by room, whatever is joined and left', () => {
  const items = Array.from('abcd', (name) => ({ room: { name } }) as Membership)
  fc.assert(fc.property(steps, (all) => {
    const held = new Memberships()
    const model = new Map<string, Membership>()
    for (const { adds, which } of all) {
      const item = items[which]!
      const { name } = item.room
      if (!adds) expect(held.delete(item)).toBe(model.delete(name))
      else if (!model.has(name)) {
        held.add(item)
        model.set(name, item)
      }
      expect([held.rooms(), held.size, held.get(name), held.has(name)]).toEqual([[...model.keys()], model.size, model.get(name), model.has(name)])
    }
  }))
})
