export { redisBroker, type RedisBrokerOptions } from './broker.js'
export type { RedisClient, RedisCluster } from './client.js'
