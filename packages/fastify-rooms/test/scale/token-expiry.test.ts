import { expect, test } from 'vitest'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { RawClient } from '../support/raw-client.js'
import { startServer } from '../support/test-server.js'
import { FULL } from './node-process.js'

const LIFE_S = FULL ? 20 : 3
const WITHIN_MS = 5_000
const CONNECTIONS = 50

test(`without a refresh every connection is closed with 4001 within ${WITHIN_MS} ms of its token's exp, and not before`, async () => {
  const server = await startServer({ limits: { connectionsPerUser: CONNECTIONS } })
  const exp = inSeconds(LIFE_S)
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, (_, n) => new RawClient(`${server.url}/ws/lobby`, { token: forgeToken({ sub: `user-${n % 10}`, exp }) }).opened()))
  const lates = await Promise.all(clients.map(async (client) => {
    expect((await client.closed).code).toBe(4001)
    return Date.now() - exp * 1_000
  }))
  process.stdout.write(`tokens of ${LIFE_S} s, no refresh: ${CONNECTIONS} connections closed with 4001 ${Math.min(...lates)} to ${Math.max(...lates)} ms after exp (bound ${WITHIN_MS})\n`)
  for (const client of clients) expect(client.ofType('bye')).toEqual([{ type: 'bye', code: 4001, reason: 'the token expired', retry: 'refresh' }])
  expect(Math.min(...lates)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lates)).toBeLessThanOrEqual(WITHIN_MS)
}, 60_000)
