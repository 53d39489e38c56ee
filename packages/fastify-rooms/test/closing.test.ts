import { fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { RawTcp } from './bad-input/raw-tcp.js'
import { ownTime } from './support/own-time.js'
import { startServer } from './support/test-server.js'

const EACH = 500

test('close() ends who has sent no whole request after a second, and waits for its own answers', async () => {
  let [asked, answer] = [() => {}, (_text: string) => {}]
  const [began, text] = [new Promise<void>((resolve) => { asked = resolve }), new Promise<string>((resolve) => { answer = resolve })]
  const server = await startServer({}, { before: (app) => { app.get('/slow', () => { asked(); return text }) } })
  const heads = ['', 'GET /slow HTTP/1.1\r\nHost: a\r\nX', 'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n', 'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HTTP/1.1\r\nHo']
  const silent = heads.map((head) => {
    const client = new RawTcp(server.port)
    client.write(head)
    return client
  })
  const slow = fetch(`http://127.0.0.1:${server.port}/slow`, { headers: { connection: 'close' } })
  await began
  const ms = ownTime()
  const closed = server.app.close()
  await Promise.all(silent.map(({ ended }) => ended))
  answer('late')
  expect(await (await slow).text()).toBe('late')
  await closed
  expect(ms()).toBeLessThan(5_000)
})

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
