import { fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { ownTime } from './support/own-time.js'
import { startServer } from './support/test-server.js'

const EACH = 500

test(`close() with ${EACH} open event streams and ${EACH} waiting polls ends within 3 s, and all are told goodbye`, async () => {
  let asked = 0
  const server = await startServer({
    // Without presence nothing is news, so polls wait.
    contract: { lobby: { access: 'authenticated' }, quiet: { access: 'authenticated', presence: 'off' } },
    limits: { connectionsPerIp: 10_000 },
    authorize: ({ action }) => {
      if (action === 'history') asked++
      return true
    },
    authenticate: async (_, token) => ({ id: token! }),
  }, { jwt: false })
  // In a process of their own: a thousand clients here would be measured with the server.
  const clients = fork(new URL('support/waiting-clients.mjs', import.meta.url), [String(server.port), String(EACH)], { execArgv: [] })
  onTestFinished(() => { clients.kill() })
  await once(clients, 'message')
  // Each waiting poll asked what followed its position.
  await expect.poll(() => asked).toBe(EACH)
  expect(server.app.rooms.stats().connections).toBe(2 * EACH)
  const goodbyes = once(clients, 'message')
  const ms = ownTime()
  await server.app.close()
  const tookMs = ms()
  process.stdout.write(`close() with ${EACH} event streams and ${EACH} waiting polls: ${Math.round(tookMs)} ms\n`)
  expect(tookMs).toBeLessThan(3_000)
  expect((await goodbyes)[0]).toEqual({ streams: EACH, polls: EACH })
}, 60_000)
