import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Diary } from '../support/diary.js'
import { ownTime } from '../support/own-time.js'
import { RawClient } from '../support/raw-client.js'
import { tokenOf } from '../support/test-app.js'
import { startServer } from '../support/test-server.js'
import { FULL } from './scale.js'
import { startProxy } from './tcp-proxy.js'

/** At full scale the defaults, which take half a minute. */
const OPTIONS = FULL ? { pingMs: 25_000, presence: { graceMs: 5_000 } } : { pingMs: 1_000, presence: { graceMs: 500 } }
/** An answer to a ping may take 10 s, and the heartbeat looks once in a while. */
const CLOSED_MS = OPTIONS.pingMs + 14_000
const GONE_MS = CLOSED_MS + OPTIONS.presence.graceMs + 1_000

describe('a client that vanishes without a FIN', () => {
  test(`is closed within ${CLOSED_MS / 1_000} s, and its member is gone within ${GONE_MS / 1_000} s`, async () => {
    const diary = new Diary()
    const server = await startServer(OPTIONS, { after: (app) => diary.attach(app) })
    const proxy = await startProxy(server.port)
    const bo = await server.join('bo', 'lobby')
    const ana = await new RawClient(`ws://127.0.0.1:${proxy.port}/ws/lobby`, { token: tokenOf(server.app, 'ana') }).opened()
    await ana.next('joined')
    const ms = ownTime()
    proxy.halfOpen()
    await diary.noted('onDisconnect ana')
    const closedMs = ms()
    while (!bo.ofType('presence').some(({ left }) => left.includes('ana'))) await once(bo.socket, 'message')
    const goneMs = ms()
    process.stdout.write(`a client that vanished without a FIN: closed after ${(closedMs / 1_000).toFixed(1)} s (bound ${CLOSED_MS / 1_000}), its member gone after ${(goneMs / 1_000).toFixed(1)} s (bound ${GONE_MS / 1_000})\n`)
    expect(closedMs).toBeLessThanOrEqual(CLOSED_MS)
    expect(goneMs).toBeLessThanOrEqual(GONE_MS)
  }, 90_000)
})
