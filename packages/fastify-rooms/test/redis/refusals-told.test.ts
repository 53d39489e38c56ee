import type { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { redisBroker } from '../../src/redis/index.js'
import { startRedis } from '../faults/redis-server.js'
import { eventually } from '../support/eventually.js'
import { logLines } from '../support/log-lines.js'
import { startServer } from '../support/test-server.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const REFUSALS: readonly (readonly [word: string, cure: RegExp, refuse: (redis: Redis) => Promise<unknown>])[] = [
  ['OOM', /raise maxmemory/, (redis) => redis.config('SET', 'maxmemory', '1')],
  ['NOPERM', /lacks a permission/, (redis) => redis.call('ACL', 'SETUSER', 'default', '-xadd')],
  ['READONLY', /replica/, (redis) => redis.replicaof('127.0.0.1', 1)],
  ['NOREPLICAS', /min-replicas-to-write/, (redis) => redis.config('SET', 'min-replicas-to-write', '1')],
]

test.each(REFUSALS)('a Redis that refuses with %s is told once with its cure, and not what was written', async (word, cure, refuse) => {
  const redis = await startRedis()
  const log = logLines()
  const node = await startServer({ broker: redisBroker(redis.client()) }, { server: log.server })
  await eventually(() => node.app.rooms.ready())
  const ana = await node.join('ana', 'chat:1')
  await refuse(redis.client())
  for (const id of ['one', 'two']) {
    ana.send({ type: 'publish', event: 'said', data: 'the secret', id })
    expect(await ana.next('error')).toMatchObject({ code: 'unavailable', id })
  }
  const told = log.lines().filter(({ level, msg }) => level === 40 && String(msg).startsWith(`redis refused (${word})`))
  expect(told.map(({ msg }) => msg)).toEqual([expect.stringMatching(cure)])
  expect(log.text()).not.toContain('the secret')
})
