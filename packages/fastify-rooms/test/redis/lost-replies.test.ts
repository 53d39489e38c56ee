import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { eventually } from '../support/eventually.js'
import { event, keyOf, newest, openLink, outcome } from './open-link.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

/** Passes everything on but the next answer to a script, when it is told to lose that. */
async function startProxy(target: number): Promise<{ port: number; loseNext(): Promise<void> }> {
  let lost: (() => void) | null = null
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let isAsked = false
    client.on('error', () => {}).on('close', () => upstream.destroy()).on('data', (bytes) => { isAsked = bytes.includes('eval') }).pipe(upstream)
    upstream.on('error', () => {}).on('close', () => client.destroy()).on('data', (bytes) => {
      if (lost === null || !isAsked) return void client.write(bytes)
      lost()
      lost = null
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => { server.close() })
  return { port: (server.address() as AddressInfo).port, loseNext: () => new Promise((resolve) => { lost = resolve }) }
}

test('an answer that went lost gives no call the answer of the next: a room would be told what happens in another', async () => {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const direct = await openLink(redis.client())
  for (const room of ['chat:1', 'chat:2']) await direct.append(event(room, `only in ${room}`))
  const link = await openLink(redis.client({ port: proxy.port }))
  const lost = proxy.loseNext()
  const calls = [outcome(link.read('chat:1', { last: 10 }, 10))]
  await lost
  calls.push(outcome(link.append(event('chat:2', 'later', { key: keyOf('k') }))), outcome(link.read('chat:1', { last: 10 }, 10)), outcome(link.setPresence('chat:1', { connection: 'c', user: 'ana', info: null, state: null })))
  expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(['FST_ROOMS_UNAVAILABLE', 'FST_ROOMS_UNCERTAIN', 'FST_ROOMS_UNAVAILABLE', 'FST_ROOMS_UNAVAILABLE'])
  expect(await eventually(() => link.append(event('chat:2', 'later', { key: keyOf('k') })))).toMatchObject({ state: 'duplicate' })
  expect([await newest(link, 'chat:1'), await newest(link, 'chat:2')]).toEqual([['only in chat:1'], ['only in chat:2', 'later']])
})
