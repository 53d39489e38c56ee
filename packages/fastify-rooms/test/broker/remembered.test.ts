import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyStore } from '../../src/broker/key-store.js'
import { Remembered } from '../../src/broker/remembered.js'

const key = fc.record({ scope: fc.constantFrom('user:ana', 'user:bo'), id: fc.constantFrom('one', 'two'), hash: fc.constantFrom(1, -2) })
const step = fc.record({ key, room: fc.constantFrom(0, 1), passMs: fc.nat({ max: 7 }), what: fc.constantFrom('claim', 'appended', 'settled', 'release', 'sweep') })

test('keys are remembered by room, scope and id for as long as they live, and the sweep takes none that lives', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let now = 1_000
    const keys = new KeyStore()
    const rooms = [new Remembered(keys, 'e0'), new Remembered(keys, 'e1')]
    const model = new Map<string, { hash: number; outcome: { position: string | null; result: string | null } | null; expiresAt: number }>()
    for (const [n, { key: asked, room, passMs, what }] of steps.entries()) {
      const remembered = rooms[room]!
      const name = `${room} ${asked.scope} ${asked.id}`
      now += passMs
      const known = model.get(name)
      const live = known !== undefined && known.expiresAt > now ? known : undefined
      expect(remembered.find(asked, now)).toEqual(live === undefined ? undefined : live.hash !== asked.hash ? { state: 'conflict' } : live.outcome === null ? { state: 'pending' } : { state: 'done', ...live.outcome })
      if (what === 'claim' && live === undefined) {
        remembered.claim(asked, now, 10)
        model.set(name, { hash: asked.hash, outcome: null, expiresAt: now + 10 })
      } else if (what === 'appended') {
        remembered.appended(asked, { offset: n, tag: 't' }, now, 20)
        model.set(name, { hash: asked.hash, outcome: { position: `e${room}:${n}:t`, result: null }, expiresAt: now + 20 })
      } else if (what === 'settled') {
        remembered.settled(asked, `"${n} 🦊"`, now, 20)
        model.set(name, { hash: asked.hash, outcome: { position: null, result: `"${n} 🦊"` }, expiresAt: now + 20 })
      } else if (what === 'release') {
        remembered.release(asked)
        if (known?.outcome === null) model.delete(name)
      } else if (what === 'sweep') keys.sweep(now)
    }
  }))
})
