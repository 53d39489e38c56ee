import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startRedis } from './redis-server.js'
import { commands, startProxy, subscribers } from './tcp-proxy.js'

/** Says whether a promise settles before a bound that is far above what the loopback needs. */
async function settles(work: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([work.then(() => true, () => true), new Promise<boolean>((resolve) => { setTimeout(resolve, ms, false) })])
}

test('a Redis that was killed and started again is empty, on the same port', async () => {
  const redis = await startRedis()
  const client = redis.client()
  await client.set('key', 'value')
  const { pid } = redis
  await redis.restart()
  await once(client, 'ready')
  expect(await client.get('key')).toBeNull()
  expect(redis.pid).not.toBe(pid)
})
test('a Redis that was paused answers when it goes on', async () => {
  const redis = await startRedis()
  const client = redis.client()
  await client.ping()
  redis.pause()
  const pong = client.ping()
  expect(await settles(pong, 100)).toBe(false)
  redis.resume()
  expect(await pong).toBe('PONG')
})
test('a proxy breaks only the connections it is told to', async () => {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const [speaker, listener] = [redis.client({ port: proxy.port }), redis.client({ port: proxy.port })]
  await Promise.all([speaker.ping(), listener.subscribe('news')])
  expect([proxy.count(commands), proxy.count(subscribers)]).toEqual([1, 1])
  proxy.cut(subscribers)
  await once(listener, 'close')
  expect(speaker.status).toBe('ready')
})
test('a dropped reply is of a command that was carried out', async () => {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const [client, direct] = [redis.client({ port: proxy.port }), redis.client()]
  await client.ping()
  proxy.dropReplies()
  const set = client.set('key', 'value')
  expect(await settles(set, 100)).toBe(false)
  expect(await direct.get('key')).toBe('value')
})
test('a half-open connection stays open and carries nothing', async () => {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const [client, direct] = [redis.client({ port: proxy.port }), redis.client()]
  await client.ping()
  proxy.halfOpen()
  expect(await settles(client.set('key', 'value'), 100)).toBe(false)
  expect([client.status, await direct.get('key')]).toEqual(['ready', null])
})
