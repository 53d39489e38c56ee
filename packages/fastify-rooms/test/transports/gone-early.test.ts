import { once } from 'node:events'
import { get } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { RoomsOptions } from '../../src/index.js'
import { EventStream } from '../support/event-stream.js'
import { startServer, type TestServer } from '../support/test-server.js'

/** Application code whose first answer waits until it is let through; later ones come at once. */
function gate<T>(answer: T) {
  let begin = (): void => {}
  let open = (): void => {}
  const begun = new Promise<void>((resolve) => { begin = resolve })
  const opened = new Promise<void>((resolve) => { open = resolve })
  const ask = async (): Promise<T> => {
    begin()
    await opened
    return answer
  }
  return { ask, begun, open }
}

/** Sends a request and goes away while application code is still being asked; resolves when the server knows. */
async function goEarly({ app, port }: TestServer, path: string, begun: Promise<void>): Promise<void> {
  const connected = once(app.server, 'connection')
  const request = get({ port, path, agent: false }).on('error', () => {})
  const [socket] = await connected
  await begun
  request.destroy()
  await once(socket, 'close')
}

describe.each<'authenticate' | 'authorize'>(['authenticate', 'authorize'])('a client that goes away while %s is under way', (asked) => {
  test.each([
    ['an event stream', '/sse/chat%3A1'],
    ['a poll', '/poll/chat%3A1'],
  ])('over %s leaves no connection behind, and closing does not wait for it', async (_, path) => {
    const user = { id: 'ana' }
    const { ask, begun, open } = asked === 'authenticate' ? gate(user) : gate(true)
    const server = await startServer({
      limits: { connectionsPerUser: 2 }, presence: { graceMs: 0 },
      authenticate: async () => user, [asked]: ask,
    } as RoomsOptions, { jwt: false })
    const position = await server.app.rooms.position('chat:1')
    await goEarly(server, `${path}?waitMs=20000&position=${encodeURIComponent(position)}`, begun)
    open()
    // In another room: its arrival would be an answer to the poll.
    const stream = await EventStream.open(`http://127.0.0.1:${server.port}/sse/chat%3A2`)
    await stream.next('joined')
    await expect.poll(() => server.app.rooms.stats().connections).toBe(1)
    await server.app.close()
  })
})
