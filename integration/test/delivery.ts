import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyError } from 'fastify'
import type { RoomsClient } from 'react-rooms/client'
import type { Server } from './server.js'

/** How many events each room is sent. */
export const EVENTS = 400
/** Before a broker that did not answer is asked again. */
const RETRY_MS = 20
export const everyEvent = Array.from({ length: EVENTS }, (_, n) => n)

/** What a listener of a room heard, in order. */
export function record(client: RoomsClient, room: string) {
  const heard: number[] = []
  const said: number[] = []
  const resets: string[] = []
  const handle = client.room(room as never)
  handle.on('tick' as never, (n) => void heard.push(n as number))
  handle.on('said' as never, (n) => void said.push(n as number))
  handle.onReset((reason) => void resets.push(reason))
  return { heard, said, resets, handle }
}

/** Sends numbers to each room, from one node after the other, and disturbs after each. */
export async function send(servers: readonly Server[], rooms: readonly string[], disturb: (n: number) => void | Promise<void>): Promise<void> {
  for (const n of everyEvent) {
    const { app } = servers[n % servers.length]!
    for (const room of rooms) await taken(() => app.rooms.send(room as never, 'tick' as never, n as never, { id: `tick-${n}` }))
    await disturb(n)
  }
}

/** A broker that was too slow to answer is asked again with the same id, as its error says. */
async function taken(act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void await act()
    } catch (error) {
      if (!/^FST_ROOMS_(UNCERTAIN|UNAVAILABLE)$/.test((error as FastifyError).code)) throw error
      await pause(RETRY_MS)
    }
  }
}
