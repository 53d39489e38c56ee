import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Position } from 'rooms-protocol'
import { type AppendRequest, CLAIM_LEASE_MS, IDEMPOTENCY_MS, type IdempotencyKey, META_MS } from '../../src/broker/broker.js'
import { KeyStore } from '../../src/broker/key-store.js'
import { MemoryStream } from '../../src/broker/memory-stream.js'

const TTL_MS = 1_000

function request(key: IdempotencyKey | null = null, size = 5): AppendRequest {
  return { room: 'a', id: 'i', head: '{', tail: '}', except: null, history: { size, ttlMs: TTL_MS }, key }
}
function keyOf(id: string, hash = 1): IdempotencyKey {
  return { scope: 's', id, hash }
}

/** The stream as one would write it without a care for speed. */
class Model {
  readonly epoch: string
  readonly places: Position[]
  readonly keys = new Map<string, { hash: number; outcome: 'pending' | number | 'settled'; until: number }>()
  kept = 0
  historyUntil = 0
  constructor(start: Position) {
    this.epoch = start.epoch
    this.places = [start]
  }

  get newest(): number { return this.places.length - 1 }
  key(id: string, now: number) {
    const known = this.keys.get(id)
    return known !== undefined && known.until > now ? known : undefined
  }
  /** How many entries are kept now. */
  count(now: number): number { return this.historyUntil > now ? this.kept : 0 }
  verdict(at: number, now: number): string {
    return at === this.newest || at >= this.newest - this.count(now) ? 'ok' : 'trimmed'
  }
}

const id = fc.constantFrom('k1', 'k2', 'k3')
const hash = fc.constantFrom(1, -2)
const step = fc.oneof(
  fc.record({ do: fc.constant('append' as const), id: fc.option(id), hash, size: fc.constantFrom(0, 1, 3, 5) }),
  fc.record({ do: fc.constant('claim' as const), id, hash }),
  fc.record({ do: fc.constantFrom('settle' as const, 'release' as const), id, hash }),
  fc.record({ do: fc.constant('read' as const), at: fc.nat(20), limit: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, TTL_MS, CLAIM_LEASE_MS, IDEMPOTENCY_MS) }),
)

describe('MemoryStream', () => {
  test('answers any sequence of appends, claims, reads and waits as a simple model does', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 1_000_000
      const stream = new MemoryStream(new KeyStore(), now)
      const model = new Model(stream.end)
      for (const what of steps) {
        switch (what.do) {
          case 'wait': now += what.ms; break
          case 'append': {
            const known = what.id === null ? undefined : model.key(what.id, now)
            const { result, entry } = stream.append(request(what.id === null ? null : keyOf(what.id, what.hash), what.size), now)
            if (known !== undefined && known.hash !== what.hash) expect([result.state, entry]).toEqual(['conflict', null])
            else if (known !== undefined && known.outcome !== 'pending') expect([result.state, entry]).toEqual(['duplicate', null])
            else {
              expect(result.state).toBe('appended')
              expect(entry).toMatchObject({ epoch: model.epoch, offset: model.newest + 1, previousTag: model.places.at(-1)!.tag })
              model.kept = Math.min(what.size, model.count(now) + 1)
              model.historyUntil = now + TTL_MS
              model.places.push(stream.end)
              if (what.id !== null) model.keys.set(what.id, { hash: what.hash, outcome: model.newest, until: now + IDEMPOTENCY_MS })
            }
            break
          }
          case 'claim': {
            const known = model.key(what.id, now)
            const { state } = stream.claim(keyOf(what.id, what.hash), now)
            expect(state).toBe(known === undefined ? 'mine' : known.hash !== what.hash ? 'conflict' : known.outcome === 'pending' ? 'pending' : 'done')
            if (state === 'mine') model.keys.set(what.id, { hash: what.hash, outcome: 'pending', until: now + CLAIM_LEASE_MS })
            break
          }
          case 'settle':
            stream.settle(keyOf(what.id, what.hash), 'null', now)
            model.keys.set(what.id, { hash: what.hash, outcome: 'settled', until: now + IDEMPOTENCY_MS })
            break
          case 'release':
            stream.release(keyOf(what.id, what.hash))
            if (model.keys.get(what.id)?.outcome === 'pending') model.keys.delete(what.id)
            break
          case 'read': {
            const at = what.at % model.places.length
            const { verdict, entries, more, end } = stream.read({ since: model.places[at]! }, what.limit, now)
            expect(verdict).toBe(model.verdict(at, now))
            expect(end).toEqual(model.places.at(-1))
            const owed = verdict === 'ok' ? model.places.slice(at + 1) : []
            expect(entries.map(({ epoch, offset, tag }) => ({ epoch, offset, tag }))).toEqual(owed.slice(0, what.limit))
            expect(more).toBe(owed.length > what.limit)
            break
          }
          default: what satisfies never
        }
      }
    }), { numRuns: 300 })
  })
  test('history ends its time to live after the newest entry, and the place stays', () => {
    const stream = new MemoryStream(new KeyStore(), 0)
    const start = stream.end
    stream.append(request(), 0)
    stream.append(request(), 600)
    expect(stream.read({ since: start }, 9, 600 + TTL_MS - 1).entries).toHaveLength(2)
    expect(stream.read({ since: start }, 9, 600 + TTL_MS).verdict).toBe('trimmed')
    expect(stream.read({ since: stream.end }, 9, 600 + TTL_MS).verdict).toBe('ok')
  })
  test('is forgotten only when nothing of it can be asked for', () => {
    const stream = new MemoryStream(new KeyStore(), 0)
    stream.append(request(keyOf('k')), 0)
    expect(stream.sweep(META_MS - 1)).toBe(false)
    stream.read({ last: 0 }, 0, META_MS - 1)
    expect(stream.sweep(META_MS)).toBe(false)
    expect(stream.sweep(2 * META_MS)).toBe(true)
  })
  test('is kept while a key is remembered, though its meta has ended', () => {
    const stream = new MemoryStream(new KeyStore(), 0)
    stream.claim(keyOf('k'), META_MS - 1)
    expect(stream.sweep(META_MS)).toBe(false)
    expect(stream.sweep(META_MS - 1 + CLAIM_LEASE_MS)).toBe(true)
  })
  test('a history of more than ten minutes keeps the place for twice as long', () => {
    const stream = new MemoryStream(new KeyStore(), 0)
    stream.append({ ...request(), history: { size: 5, ttlMs: META_MS } }, 0)
    expect(stream.sweep(2 * META_MS - 1)).toBe(false)
    expect(stream.sweep(2 * META_MS)).toBe(true)
  })
})
