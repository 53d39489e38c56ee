import { createRoomsClient, type RoomsClient, type RoomsClientOptions, type WebSocketConstructor } from 'react-rooms/client'
import { onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'

/** How long anything may take that the tests wait for. */
const WITHIN_MS = 20_000

/** The client as applications have it, closed when the test ends. */
export function startClient(url: string, user: string, options: Partial<RoomsClientOptions> = {}): RoomsClient {
  const client = createRoomsClient({ url, getToken: () => user, WebSocket: WebSocket as WebSocketConstructor, backoff: { minMs: 20, maxMs: 200 }, ...options })
  onTestFinished(() => client.close())
  return client
}

/** Resolves once `holds` does, looked at whenever the clients say that something changed, and now and then. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  await vi.waitUntil(holds, { timeout: WITHIN_MS, interval: 5 }).catch(() => {
    throw new Error(`${what}: not within ${WITHIN_MS} ms`)
  })
}
