import { afterEach, beforeEach, vi } from 'vitest'
import { createRoomsClient, type RoomsClient, type RoomsClientOptions } from '../src/client/index.js'
import { FakeServer, settle } from './fake-server.js'

/** A client and its server in memory, on fake time. Chance is fixed: full jitter waits half of what it may. */
export interface Stage {
  readonly server: FakeServer
  readonly client: RoomsClient
  /** Lets this much time pass, and everything that follows from it. */
  pass(ms: number): Promise<void>
}

/** Puts each test of a file on fake time and closes what it opened. Call it at the top of the file. */
export function useStage(): (options?: Partial<RoomsClientOptions>, server?: FakeServer) => Stage {
  const clients: RoomsClient[] = []
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
    await settle()
    vi.useRealTimers()
  })
  return (options = {}, server = new FakeServer()) => {
    const clock = {
      now: () => Date.now(),
      random: () => 0.5,
      after: (ms: number, run: () => void) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    }
    const client = createRoomsClient({ url: 'https://example.test', WebSocket: server.WebSocket, transports: ['websocket'], clock, ...options })
    clients.push(client)
    return { server, client, pass }
  }
}

async function pass(ms: number): Promise<void> {
  await settle()
  await vi.advanceTimersByTimeAsync(ms)
  await settle()
}
