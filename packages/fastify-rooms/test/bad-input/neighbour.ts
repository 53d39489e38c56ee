import { expect, onTestFinished } from 'vitest'
import type { ServerFrame } from 'rooms-protocol'
import type { TestServer } from '../support/test-server.js'

/** Who sends what is bad; the neighbour may see this user come and go, and nothing else. */
export const INTRUDER = 'mallory'

export interface Neighbour {
  /** The next event reaches it, in order, and nothing else did since the last time; nothing came up at the process. */
  unharmed(): Promise<void>
}

/** Somebody in the room `chat:a` of the same node, who must notice nothing of what another client does. */
export async function settleIn(server: TestServer): Promise<Neighbour> {
  const faults = watchProcess()
  const client = await server.join('bo', 'chat:a')
  let [seen, sent, last] = [client.frames.length, 0, 0]
  return {
    async unharmed() {
      const text = `still fine ${++sent}`
      await server.app.rooms.send('chat:a', 'message', { text })
      const { offset, data } = await client.next('event')
      const others = client.frames.slice(seen).filter((frame) => !isArrival(frame))
      seen = client.frames.length
      expect(data).toEqual({ text })
      expect(others.map(({ type }) => type)).toEqual(['event'])
      if (last > 0) expect(offset).toBe(last + 1)
      last = offset
      expect(faults).toEqual([])
    },
  }
}

/** Who is there, without any state: nobody here sets one that is right. */
function isArrival(frame: ServerFrame): boolean {
  return frame.type === 'presence' && [...frame.joined, ...frame.changed].every(({ user, state }) => (user === INTRUDER || user === 'bo') && state === null)
}

/** What reaches the process without being caught, from now until the test ends. */
export function watchProcess(): readonly unknown[] {
  const faults: unknown[] = []
  const note = (fault: unknown): void => { faults.push(fault) }
  process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note)
  onTestFinished(() => {
    process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note)
    expect(faults).toEqual([])
  })
  return faults
}
