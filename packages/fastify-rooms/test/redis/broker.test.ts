import { Redis } from 'ioredis'
import { afterAll, beforeAll, vi } from 'vitest'
import { redisBroker } from '../../src/redis/index.js'
import { brokerContract } from '../contract-suites/broker.js'
import { RedisServer } from '../faults/redis-server.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

let redis: RedisServer
let brokers = 0
beforeAll(async () => { redis = await RedisServer.start() })
afterAll(() => redis.stop())

brokerContract('redisBroker', () => redisBroker(new Redis(redis.port, { lazyConnect: true }), { namespace: `test-${++brokers}` }))
