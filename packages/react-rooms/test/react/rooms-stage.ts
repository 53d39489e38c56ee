import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'
import type { RoomsClient } from '../../src/client/index.js'
import { createMockRooms, type MockRooms } from '../../src/testing/index.js'

/** Mock rooms on fake time. */
export interface RoomsStage {
  readonly rooms: MockRooms
  readonly client: RoomsClient
  /** Lets this much time pass, and everything that follows from it. */
  pass(ms: number): Promise<void>
}

/** Puts each test of a file on fake time; components are unmounted before their client is closed. Call it at the top of the file. */
export function useRoomsStage(): () => RoomsStage {
  const all: MockRooms[] = []
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(async () => {
    cleanup()
    for (const rooms of all.splice(0)) await rooms.close()
    vi.useRealTimers()
  })
  return () => {
    const rooms = createMockRooms({ advanceTimers: vi.advanceTimersByTimeAsync })
    all.push(rooms)
    return { rooms, client: rooms.client, pass: rooms.advance }
  }
}
