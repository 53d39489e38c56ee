import type { Member, PresenceFrame } from 'rooms-protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BrokerLink, PresenceChange } from '../src/broker/broker.js'
import { RoomPresence } from '../src/presence.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const member = (n: number, more: Partial<Member> = {}): Member => ({ user: `u${1_000 + n}`, info: null, state: null, connections: 1, since: 1, ...more })

/** A room of so many, and what the broker may say of it. */
async function room(size: number) {
  const told: PresenceFrame[] = []
  const members = Array.from({ length: size }, (_, n) => member(n))
  const link = { members: async () => ({ revision: 1, members, more: false, size }) } as unknown as BrokerLink
  const presence = new RoomPresence('lobby', link, true, (frame) => void told.push(frame), (error) => { throw error })
  await presence.open()
  let revision = 1
  const change = (part: Partial<PresenceChange>): void => presence.apply({ revision: ++revision, left: [], joined: [], changed: [], size, ...part })
  return { presence, told, change }
}

test('the first page is the same text for all who come, until somebody in it changes', async () => {
  const { presence, change } = await room(300)
  const before = presence.firstPage(200)
  expect(JSON.parse(before.json)).toEqual(presence.page(undefined, 200).members)
  change({ changed: [member(250, { state: 'away' })] })
  expect(presence.firstPage(200)).toBe(before)
  change({ changed: [member(3, { state: 'away' })] })
  expect(JSON.parse(presence.firstPage(200).json)).toEqual(presence.page(undefined, 200).members)
  change({ left: [member(0).user], size: 299 })
  expect(JSON.parse(presence.firstPage(200).json)).toEqual(presence.page(undefined, 200).members)
  expect(presence.firstPage(200).more).toBe(true)
})

test('a crowd is told in frames of 200, all who left before any who came', async () => {
  const { told, change } = await room(0)
  const come = Array.from({ length: 450 }, (_, n) => member(n))
  change({ joined: come, size: 450 })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(told.map(({ joined, size }) => [joined.length, size])).toEqual([[200, 450], [200, 450], [50, 450]])
  told.length = 0
  change({ left: come.slice(0, 250).map(({ user }) => user), size: 200 })
  change({ joined: [member(0, { since: 2 })], size: 201 })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(told.map(({ left, joined }) => [left.length, joined.length])).toEqual([[200, 0], [50, 1]])
})
