import { expect, it } from 'vitest'
import { nextRoomStatus, type RoomChange } from '../../src/client/room-state.js'
import type { RoomStatus } from '../../src/client/room.js'

const STATUSES: readonly RoomStatus[] = ['joining', 'live', 'catching-up', 'paused', 'refused', 'left']

/** What each change makes of each status, in the order above. */
const EXPECTED: Record<RoomChange, readonly RoomStatus[]> = {
  live: ['live', 'live', 'live', 'paused', 'refused', 'left'],
  'catching-up': ['joining', 'catching-up', 'catching-up', 'catching-up', 'refused', 'left'],
  paused: ['joining', 'paused', 'paused', 'paused', 'refused', 'left'],
  resumed: ['joining', 'live', 'catching-up', 'live', 'refused', 'left'],
  refused: ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
  left: ['left', 'left', 'left', 'left', 'left', 'left'],
  joining: ['joining', 'live', 'catching-up', 'paused', 'joining', 'joining'],
}

it.each(Object.entries(EXPECTED) as [RoomChange, readonly RoomStatus[]][])('%s makes of each status what it should', (change, expected) => {
  expect(STATUSES.map((status) => nextRoomStatus(status, change))).toEqual(expected)
})
