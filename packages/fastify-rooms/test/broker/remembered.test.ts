import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Remembered } from '../../src/broker/remembered.js'

const key = fc.record({ scope: fc.constantFrom('user:ana', 'user:bo'), id: fc.constantFrom('one', 'two'), hash: fc.constantFrom(1, -2) })
const step = fc.record({ key, passMs: fc.nat({ max: 7 }), what: fc.constantFrom('claim', 'done', 'release', 'sweep') })

test('keys are remembered by scope and id for as long as they live, and the sweep leaves none that is over', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let now = 1_000
    const remembered = new Remembered('e', now)
    const model = new Map<string, { hash: number; outcome: { position: string | null; result: string | null } | null; expiresAt: number }>()
    for (const [n, { key: { scope, id, hash }, passMs, what }] of steps.entries()) {
      const asked = { scope, id, hash }
      const name = `${scope} ${id}`
      now += passMs
      const known = model.get(name)
      const live = known !== undefined && known.expiresAt > now ? known : undefined
      expect(remembered.find(asked, now)).toEqual(live === undefined ? undefined : live.hash !== hash ? { state: 'conflict' } : live.outcome === null ? { state: 'pending' } : { state: 'done', ...live.outcome })
      if (what === 'claim' && live === undefined) {
        remembered.claim(asked, now, 10)
        model.set(name, { hash, outcome: null, expiresAt: now + 10 })
      } else if (what === 'done') {
        remembered.done(asked, { offset: n, tag: 't' }, null, now, 20)
        model.set(name, { hash, outcome: { position: `e:${n}:t`, result: null }, expiresAt: now + 20 })
      } else if (what === 'release') {
        remembered.release(asked)
        if (known?.outcome === null) model.delete(name)
      } else if (what === 'sweep') {
        remembered.sweep(now)
        for (const [other, { expiresAt }] of model) if (expiresAt <= now) model.delete(other)
        expect(remembered.empty).toBe(model.size === 0)
      }
    }
  }))
})
