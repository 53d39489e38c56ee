import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redisBroker } from '../../src/redis/index.js'
import { startRedis } from '../faults/redis-server.js'
import { eventually } from '../support/eventually.js'
import { logLines } from '../support/log-lines.js'
import { startServer } from '../support/test-server.js'

test('a Redis that refuses the password is named in the log at boot, and the password in no line at any level', async () => {
  const redis = await startRedis('--requirepass', 'the right password')
  const log = logLines()
  const client = new Redis({ port: redis.port, password: 'the wrong password', lazyConnect: true })
  const server = await startServer({ broker: redisBroker(client) }, { server: log.server })
  expect(log.lines().find(({ msg }) => String(msg).startsWith('redis is not there yet'))).toMatchObject({ err: { message: expect.stringMatching(/WRONGPASS|NOAUTH/) } })
  await eventually(() => expect(log.lines().filter(({ level, msg }) => level === 20 && String(msg).startsWith('redis')).length).toBeGreaterThan(2))
  await server.app.close()
  expect(log.text()).not.toContain('the wrong password')
})
