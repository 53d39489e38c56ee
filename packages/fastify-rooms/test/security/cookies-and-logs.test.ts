import cookie from '@fastify/cookie'
import { describe, expect, test } from 'vitest'
import { RawTcp } from '../bad-input/raw-tcp.js'
import { EventStream } from '../support/event-stream.js'
import { logLines } from '../support/log-lines.js'
import { sendPoll } from '../support/poller.js'
import { RawClient } from '../support/raw-client.js'
import { SECRET, tokenOf } from '../support/test-app.js'
import { contract } from '../support/test-contract.js'
import { startServer, type TestServer } from '../support/test-server.js'

const withCookie = { before: async (app: TestServer['app']) => { await app.register(cookie) }, jwt: { secret: SECRET, cookie: { cookieName: 'session', signed: false } } }

describe('a cookie is no permission for pages of other origins', () => {
  const own = 'http://localhost:PORT'
  test.each([
    ['no Origin and no Sec-Fetch-Site', {}, 401],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }, 401],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }, 401],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }, 401],
    ['a foreign Origin', { 'origin': 'https://evil.example', 'sec-fetch-site': 'same-origin' }, 403],
    ['Origin null', { 'origin': 'null', 'sec-fetch-site': 'same-origin' }, 403],
    ['Sec-Fetch-Site: same-origin', { 'sec-fetch-site': 'same-origin' }, 200],
    ['the own Origin', { origin: own }, 200],
  ])('%s, on each route over HTTP', async (_, headers, status) => {
    const server = await startServer({ contract }, withCookie)
    const sent = { ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(server.port))])), cookie: `session=${tokenOf(server.app, 'ana')}` }
    const stream = await EventStream.open(`http://localhost:${server.port}/sse/chat%3Aa`, sent)
    const answers = [
      stream,
      await sendPoll(server, null, { rooms: { 'chat:a': null }, waitMs: 0 }, { headers: sent }),
      await sendPoll(server, null, null, { method: 'GET', path: '/poll/chat%3Aa?waitMs=0', headers: sent }),
      await sendPoll(server, null, { type: 'publish', event: 'message', data: { text: 'x' } }, { path: '/rooms/chat%3Aa', headers: sent }),
    ]
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status, status])
    stream.close()
  })
})

test('with a log at level trace no line holds a token, a cookie or a payload, whatever the transport and however wrong', async () => {
  const log = logLines()
  const server = await startServer({ contract }, { ...withCookie, server: log.server })
  const secrets = { text: 'payload-of-ana', state: 'state-of-ana', signal: 'signal-of-ana', bad: 'garbage-of-ana', id: 'place-of-ana' }
  const token = tokenOf(server.app, 'ana')
  const wrong = `${token.slice(0, -4)}abcd`
  const client = await server.join('ana', 'chat:a')
  expect(await client.publish('message', { text: secrets.text })).toMatchObject({ type: 'ack' })
  client.send({ type: 'signal', signal: 'cursor', data: { x: secrets.signal } }, { type: 'presence', state: { status: secrets.state } }, `{"${secrets.bad}`, `{"type":"${secrets.bad}"}`, { type: 'publish', event: 'message', data: { text: [secrets.bad] }, id: 'm-1' })
  await client.settled()
  for (const headers of [{ cookie: `session=${token}`, origin: `http://localhost:${server.port}` }, { cookie: `session=${token}`, origin: 'https://evil.example' }, { authorization: `Bearer ${token}` }, { authorization: `Bearer ${wrong}` }, { cookie: `session=${wrong}` }]) {
    await sendPoll(server, null, { rooms: { 'chat:a': secrets.id }, waitMs: 0 }, { headers })
    await sendPoll(server, null, { type: 'publish', event: 'message', data: { text: secrets.text } }, { path: '/rooms/chat%3Aa', headers })
    await sendPoll(server, null, `{"${secrets.bad}`, { path: '/rooms/chat%3Aa', headers })
    const stream = await EventStream.open(`http://localhost:${server.port}/sse/chat%3Aa`, { ...headers, 'last-event-id': secrets.id })
    stream.close()
  }
  for (const path of [`/poll/chat%3Aa?waitMs=0&token=${token}`, `/poll/chat%3Aa?waitMs=0&token=${wrong}`, `/sse/nope?token=${token}`, `/ws/chat%3Aa?token=${token}`, `/ws/%zz?token=${token}`, `/nowhere?token=${token}`, `/poll/chat%3Aa;token=${token}`, `/poll/chat%3Aa?token[]=${token}`]) await sendPoll(server, null, null, { method: 'GET', path })
  await new RawClient(`${server.url}/ws/chat%3Aa?token=${wrong}`, { protocol: null }).closed
  // No client library sends what follows a '#', and find-my-way reads it as a query.
  const hash = new RawTcp(server.port)
  hash.write(`GET /poll/chat%3Aa#waitMs=0&token=${token} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  await hash.ended
  await new RawClient(`${server.url}/ws/chat%3Aa`, { token: wrong }).closed
  await server.app.close()
  expect(log.lines().length).toBeGreaterThan(20)
  const text = log.text()
  for (const [name, secret] of Object.entries({ ...secrets, token: token.split('.')[2]!, wrong: wrong.split('.')[2]!, claims: token.split('.')[1]! })) expect([name, text.split('\n').filter((line) => line.includes(secret)).map((line) => line.slice(0, 500))]).toEqual([name, []])
})
