/** A script and how many of its arguments are keys. */
export interface Script {
  readonly keys: number
  readonly lua: string
}

/** Stands in the error of a script that wrote what it had to write, and was not allowed to tell of it, or to finish. */
export const UNTOLD = 'stored but not told'

/** In a cluster channels are sharded where the server can (Redis 7, which is also the first to tell its version here): it decides, so that all nodes agree. */
export const PUBLISH = `
local function publish(command, channel, message)
  local heard = redis.pcall(redis.REDIS_VERSION_NUM and command or 'PUBLISH', channel, message)
  if type(heard) == 'table' and heard.err then error('${UNTOLD}: ' .. heard.err) end
  return heard
end
`
