import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldPresence, type PresenceDiff } from '../src/index.js'

interface Person { readonly user: string; readonly version: number }
const none = { left: [], joined: [], changed: [] }
const person = (user: string, version = 0): Person => ({ user, version })
const room = (...people: Person[]): ReadonlyMap<string, Person> => new Map(people.map((one) => [one.user, one]))

describe('foldPresence', () => {
  test('takes out who left, adds who joined, replaces who changed', () => {
    const folded = foldPresence(room(person('ana'), person('bo')), { left: ['ana'], joined: [person('cy')], changed: [person('bo', 1)] })
    expect([...folded.values()]).toEqual([person('bo', 1), person('cy')])
  })
  test('folds left before joined: who left and came back is present, as the newest', () => {
    const folded = foldPresence(room(person('ana'), person('bo')), { ...none, left: ['ana'], joined: [person('ana', 1)] })
    expect([...folded.values()]).toEqual([person('bo'), person('ana', 1)])
  })
  test('folds joined before changed: who joined and changed is as changed', () => {
    expect([...foldPresence(room(), { ...none, joined: [person('ana')], changed: [person('ana', 1)] }).values()]).toEqual([person('ana', 1)])
  })
  test('leaves out a change of somebody it does not hold, and of somebody who left in the same diff', () => {
    const before = room(person('ana'))
    expect(foldPresence(before, { ...none, changed: [person('bo', 1)] })).toBe(before)
    expect(foldPresence(before, { ...none, left: ['ana'], changed: [person('ana', 1)] }).size).toBe(0)
  })
  test('keeps the place of who changed', () => {
    expect([...foldPresence(room(person('ana'), person('bo')), { ...none, changed: [person('ana', 1)] }).keys()]).toEqual(['ana', 'bo'])
  })
  test('gives back the same map when nothing changed, so that nobody renders', () => {
    const before = room(person('ana'))
    expect(foldPresence(before, none)).toBe(before)
    expect(foldPresence(before, { ...none, left: ['nobody'] })).toBe(before)
  })
  test('a snapshot replaces what was there, also by nobody', () => {
    const before = room(person('ana'), person('bo'))
    expect([...foldPresence(before, { ...none, joined: [person('cy')], snapshot: true }).keys()]).toEqual(['cy'])
    expect(foldPresence(before, { ...none, snapshot: true }).size).toBe(0)
    expect(before.size).toBe(2)
  })
  test('folding any sequence of diffs gives the truth, and touches no earlier map', () => {
    const users = fc.constantFrom('ana', 'bo', 'cy', 'dee', 'eve', '__proto__', 'constructor')
    const steps = fc.array(fc.record({ leave: fc.uniqueArray(users), come: fc.uniqueArray(users), change: fc.uniqueArray(users) }), { maxLength: 30 })
    fc.assert(fc.property(steps, (sequence) => {
      const truth = new Map<string, Person>()
      let folded: ReadonlyMap<string, Person> = new Map()
      let version = 0
      for (const { leave, come, change } of sequence) {
        const left = leave.filter((user) => truth.delete(user))
        const joined = come.filter((user) => !truth.has(user)).map((user) => person(user, ++version))
        for (const one of joined) truth.set(one.user, one)
        const changed = change.filter((user) => truth.has(user)).map((user) => person(user, ++version))
        for (const one of changed) truth.set(one.user, one)

        const before = [...folded]
        const diff: PresenceDiff<Person> = { left, joined, changed }
        const next = foldPresence(folded, diff)
        expect([...folded]).toEqual(before)
        expect([...next]).toEqual([...truth])
        folded = next
      }
    }))
  })
})
