import type { Member } from 'rooms-protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BrokerLink, PresenceChange } from '../src/broker/broker.js'
import { RoomPresence } from '../src/presence.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const member = (n: number, more: Partial<Member> = {}): Member => ({ user: `u${1_000 + n}`, info: null, state: null, connections: 1, since: 1, ...more })

/** A room of so many, and what the broker may say of it. */
async function room(size: number) {
  const members = Array.from({ length: size }, (_, n) => member(n))
  const link = { members: async () => ({ revision: 1, members, more: false, size }) } as unknown as BrokerLink
  const presence = new RoomPresence('lobby', link, true, () => {}, (error) => { throw error })
  await presence.open()
  let revision = 1
  const change = (part: Partial<PresenceChange>): void => presence.apply({ revision: ++revision, left: [], joined: [], changed: [], size, ...part })
  return { presence, change }
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
