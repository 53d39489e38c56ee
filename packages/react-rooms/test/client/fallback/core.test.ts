import { expect, it } from 'vitest'
import { internalsOf } from '../../../src/client/rooms-client.js'
import { useStage } from '../../stage.js'
import { answer, event, joined, overHttp, welcome } from './fake-http.js'
const stage = useStage()

it('a room that is refused is not asked for again by a reconnect', async () => {
  const { http, client, pass } = overHttp(stage, 'sse')
  const heard: unknown[] = []
  client.room('chat:1').on('message', () => {})
  client.room('chat:2').on('message', (d) => void heard.push(d))
  await pass(1)
  http.last('/sse/chat:1').stream(welcome(), joined('chat:1'))
  http.last('/sse/chat:2').answer({ type: 'bye', code: 4003, reason: 'forbidden', retry: 'never' }, 403)
  await pass(1)
  expect(client.room('chat:2').status()).toBe('refused')
  http.last('/sse/chat:1').fail()
  await pass(500)
  for (const e of http.open('/sse')) e.stream(welcome(), joined(decodeURIComponent(e.url.pathname.slice(5))))
  await pass(1)
  for (const e of http.open('/sse')) e.stream(event(decodeURIComponent(e.url.pathname.slice(5)), 1))
  await pass(1)
  expect([http.to('/sse/chat:2').length, heard, client.room('chat:2').status()]).toEqual([1, [], 'refused'])
})
it('a state set between a join and its answer is told', async () => {
  const { server, client, pass } = stage()
  client.retain('chat:1', { presence: true, state: { n: 1 } })
  let sawJoin = false
  const received = server.received.bind(server)
  server.received = (socket, frame) => { if (frame.type === 'join' && !sawJoin) { sawJoin = true; client.room('chat:1').setState({ n: 2 } as never) } received(socket, frame) }
  await pass(200)
  expect(server.room('chat:1').members[0]?.state).toEqual({ n: 2 })
})
it('a second welcome of a session leads to no extra turn over WebSocket', async () => {
  const tried: string[] = []
  const { http, client, pass } = overHttp(stage, 'poll', { transports: ['websocket', 'poll'] })
  const { settings } = internalsOf(client)
  const open = settings.open
  settings.open = (s, p, t, ends) => {
    tried.push(ends.transport)
    if (ends.transport === 'poll') return open(s, p, t, ends)
    queueMicrotask(() => ends.closed(1006))
    return { transport: 'websocket', send() {} }
  }
  client.retain('chat:1')
  await pass(1_000)
  http.last('/poll').answer(answer([welcome({ expiresAt: Date.now() + 60_000 }), joined('chat:1')], { 'chat:1': 0 }))
  await pass(20_000)
  http.last('/poll').answer(answer([], { 'chat:1': 0 }))
  await pass(26_000)
  http.last('/poll').answer(answer([welcome({ expiresAt: Date.now() + 600_000 }), joined('chat:1', 0, { recovered: true })], { 'chat:1': 0 }))
  await pass(10_000)
  http.last('/poll').fail()
  await pass(2_000)
  http.last('/poll').answer(answer([welcome({ expiresAt: Date.now() + 600_000 }), joined('chat:1', 0, { recovered: true })], { 'chat:1': 0 }))
  await pass(10_000)
  expect([tried, client.connection().status]).toEqual([['websocket', 'poll', 'websocket', 'poll'], 'connected'])
})
