import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Diary } from '../support/diary.js'
import { RawClient } from '../support/raw-client.js'
import { tokenOf } from '../support/test-app.js'
import { startServer } from '../support/test-server.js'
import { figure, seconds } from './figure.js'
import { FULL } from './scale.js'
import { stopwatch } from './stopwatch.js'
import { startProxy } from './tcp-proxy.js'

/** At full scale the defaults, which take half a minute; in small a machine that stalls gets 2 s more. */
const { pingMs, presence, closedMs: CLOSED_MS, goneMs: GONE_MS } = FULL
  ? { pingMs: 25_000, presence: { graceMs: 5_000 }, closedMs: 37_000, goneMs: 45_000 }
  : { pingMs: 1_000, presence: { graceMs: 500 }, closedMs: 15_000, goneMs: 16_500 }
const USERS = FULL ? 20 : 1

describe('a client that vanishes without a FIN', () => {
  test(`is closed within ${CLOSED_MS / 1_000} s, and its member is gone within ${GONE_MS / 1_000} s`, async () => {
    const diary = new Diary()
    const server = await startServer({ pingMs, presence }, { after: (app) => diary.attach(app) })
    const proxy = await startProxy(server.port)
    const bo = await server.join('bo', 'lobby')
    const users = Array.from({ length: USERS }, (_, n) => `ana-${n}`)
    for (const user of users) {
      const ana = await new RawClient(`ws://127.0.0.1:${proxy.port}/ws/lobby`, { token: tokenOf(server.app, user) }).opened()
      await ana.next('joined')
    }
    const ms = stopwatch()
    proxy.halfOpen()
    for (const user of users) await diary.noted(`onDisconnect ${user}`)
    const closedMs = ms()
    const gone = (): Set<string> => new Set(bo.ofType('presence').flatMap(({ left }) => left))
    while (gone().size < USERS) await once(bo.socket, 'message')
    const goneMs = ms()
    figure('a client that vanishes without a FIN', 'its connection is closed', `${seconds(closedMs)} (the last of ${USERS})`, `≤ ${CLOSED_MS / 1_000} s`)
    figure('a client that vanishes without a FIN', 'its member is gone', `${seconds(goneMs)} (the last of ${USERS})`, `≤ ${GONE_MS / 1_000} s`)
    expect(closedMs).toBeLessThanOrEqual(CLOSED_MS)
    expect(goneMs).toBeLessThanOrEqual(GONE_MS)
  }, 90_000)
})
