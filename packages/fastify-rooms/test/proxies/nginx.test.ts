import { describe, expect, test } from 'vitest'
import { EventStream } from '../support/event-stream.js'
import { ownTime } from '../support/own-time.js'
import { Poller } from '../support/poller.js'
import { refusedUpgrade } from '../support/raw-client.js'
import { tokenOf } from '../support/test-app.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { hasNginx } from '../../../../scripts/nginx.mjs'
import { startNginx } from './nginx.js'

/** What nginx does unless it is told otherwise: speak HTTP/1.0, pass on no upgrade, and hold answers back. */
const AS_IT_COMES = ''
/** It does not even listen to the server's word on holding back. */
const HOLDING_BACK = 'proxy_ignore_headers X-Accel-Buffering; proxy_buffering on;'

function openSse({ app }: TestServer, port: number): Promise<EventStream> {
  return EventStream.open(`http://127.0.0.1:${port}/sse/chat%3A1`, { authorization: `Bearer ${tokenOf(app, 'ana')}` })
}

describe.runIf(hasNginx)('behind a real nginx', () => {
  test('without upgrade headers a WebSocket is refused, and an event stream is live within 3 s', async () => {
    const server = await startServer()
    const port = await startNginx(server.port, AS_IT_COMES)
    expect((await refusedUpgrade(`ws://127.0.0.1:${port}/ws/chat%3A1`)).status).toBe(426)
    const ms = ownTime()
    const stream = await openSse(server, port)
    await stream.next('joined')
    expect(ms()).toBeLessThan(3_000)
    for (let n = 1; n <= 3; n++) {
      await server.app.rooms.send('chat:1', 'message', n)
      expect((await stream.next('event')).data['data']).toBe(n)
    }
  })
  test('that closes with its client ends the connection here too', async () => {
    const server = await startServer({ presence: { graceMs: 0 } })
    const port = await startNginx(server.port, AS_IT_COMES)
    const stream = await openSse(server, port)
    await stream.next('joined')
    stream.close()
    await expect.poll(() => server.app.rooms.size('chat:1')).toBe(0)
  })
  test('that holds answers back an event stream is stuck, while polls work at once', async () => {
    const server = await startServer()
    const port = await startNginx(server.port, HOLDING_BACK)
    const came: EventStream[] = []
    openSse(server, port).then((stream) => came.push(stream)).catch(() => {})
    await expect.poll(() => server.app.rooms.size('chat:1')).toBe(1)
    const ana = new Poller('ana', 'chat:1')
    const behind = { app: server.app, port }
    const ms = ownTime()
    await ana.poll(behind)
    for (let n = 1; n <= 5; n++) {
      const waiting = ana.poll(behind)
      await server.app.rooms.send('chat:1', 'message', n)
      await waiting
    }
    while (ana.ofType('event').length < 5) await ana.poll(behind)
    expect(ms()).toBeLessThan(3_000)
    expect(ana.ofType('event').map(({ data }) => data)).toEqual([1, 2, 3, 4, 5])
    // It joined long ago; not even the head of the answer has to have come.
    expect(came.map(({ text }) => text).join('')).not.toContain('event:')
  })
})
