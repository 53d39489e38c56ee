import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startRedis } from './redis-server.js'
import { commands, startProxy, subscribers } from './tcp-proxy.js'
import { eventually } from '../support/eventually.js'

/** More round trips than an answer needs that was given before them. */
async function roundTrips(client: Redis): Promise<void> {
  for (let i = 0; i < 20; i++) await client.ping()
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
test('a Redis that was paused stands still, and answers when it goes on', async () => {
  const redis = await startRedis()
  const client = redis.client()
  await client.ping()
  redis.pause()
  const pong = client.ping()
  await eventually(() => expect(readFileSync(`/proc/${redis.pid}/stat`, 'utf8').split(' ')[2]).toBe('T'))
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
  const [client, direct, witness] = [redis.client({ port: proxy.port }), redis.client(), redis.client()]
  const answers: string[] = []
  await Promise.all([client.ping(), witness.subscribe('news')])
  proxy.dropReplies()
  client.publish('news', 'it happened').then(() => answers.push('published'), () => answers.push('failed'))
  expect(await once(witness, 'message')).toEqual(['news', 'it happened'])
  await roundTrips(direct)
  expect(answers).toEqual([])
})
test('a half-open connection stays open and carries nothing', async () => {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const [client, direct] = [redis.client({ port: proxy.port }), redis.client()]
  const answers: string[] = []
  await client.ping()
  proxy.halfOpen()
  client.set('key', 'value').then(() => answers.push('set'), () => answers.push('failed'))
  await roundTrips(direct)
  expect([client.status, await direct.get('key'), ...answers]).toEqual(['ready', null])
})
test('what is delayed is not overtaken by what comes when the delay is over', async () => {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const client = redis.client({ port: proxy.port })
  await client.ping()
  proxy.delay(50)
  const first = client.echo('first')
  const passed = new Promise((resolve) => client.stream.write('', resolve))
  await passed
  await roundTrips(redis.client())
  proxy.delay(0)
  expect(await Promise.all([first, client.echo('second')])).toEqual(['first', 'second'])
})
