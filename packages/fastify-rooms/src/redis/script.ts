/** A script and how many of its arguments are keys. */
export interface Script {
  readonly keys: number
  readonly lua: string
}

/** In a cluster channels are sharded where the server can (Redis 7, which is also the first to tell its version here): it decides, so that all nodes agree. */
export const PUBLISH = `
local function publish(command, channel, message)
  return redis.call(redis.REDIS_VERSION_NUM and command or 'PUBLISH', channel, message)
end
`
