import { PUBLISH, type Script, UNTOLD } from './script.js'

const NOW = `
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(n) return string.format('%.0f', n) end
`

/** The room's meta, made anew with its history dropped where there is none, or none that a script wrote: history without meta is of another life. */
const META = `
local function foreign(err) return string.find(err, 'WRONGTYPE', 1, true) end
local function meta(epoch)
  local m = redis.pcall('HMGET', KEYS[1], 'epoch', 'offset', 'tag')
  if m.err and not foreign(m.err) then error(m.err, 0) end
  if m[3] and string.find(m[1] or '', '^[%w_-]+$') and string.find(m[2] or '', '^%d+$') and #m[2] < 16 then return m[1], tonumber(m[2]), m[3] end
  redis.call('DEL', KEYS[2])
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', 0, 'tag', '-')
  return epoch, 0, '-'
end
`

/**
 * KEYS meta, history, idempotency key or meta again, channel.
 * ARGV head, tail, except, tag, new epoch, size, history ttl, meta ttl, publish command, hash or '', idempotency ttl.
 * The history is written before the meta: an error midway does not roll back, and a stream that refuses the next id
 * (a history whose meta went lost half-way) is another life. From the meta on it is done: what fails then is told of.
 */
export const APPEND: Script = {
  keys: 4,
  lua: `${NOW}${META}${PUBLISH}
local hash = ARGV[10]
if hash ~= '' then
  local known = redis.call('HMGET', KEYS[3], 'hash', 'state', 'position', 'result')
  if known[1] then
    if known[1] ~= hash then return {'conflict'} end
    if known[2] == 'done' then return {'duplicate', known[3] or '', known[4] or ''} end
  end
end
local epoch, offset, previous = meta(ARGV[5])
local function write()
  offset = offset + 1
  local frame = ARGV[1] .. '"offset":' .. int(offset) .. ',"tag":"' .. ARGV[4] .. '","at":' .. int(now()) .. ARGV[2]
  local entry = 'e|' .. epoch .. '|' .. int(offset) .. '|' .. ARGV[4] .. '|' .. previous .. '|' .. ARGV[3] .. '|' .. frame
  local added = redis.pcall('XADD', KEYS[2], 'MAXLEN', ARGV[6], int(offset) .. '-0', 'e', entry)
  if type(added) == 'table' and added.err then return nil, added.err end
  return entry
end
local entry, err = write()
if not entry then
  if not string.find(err, 'equal or smaller') and not foreign(err) then return redis.error_reply(err) end
  redis.call('DEL', KEYS[2])
  epoch, offset, previous = ARGV[5], 0, '-'
  entry = write()
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', int(offset), 'tag', ARGV[4])
local failed
local function try(...)
  local done = redis.pcall(...)
  if type(done) == 'table' and done.err then failed = done.err end
end
local position = epoch .. ':' .. int(offset) .. ':' .. ARGV[4]
if hash ~= '' then
  try('HSET', KEYS[3], 'hash', hash, 'state', 'done', 'position', position)
  try('PEXPIRE', KEYS[3], ARGV[11])
end
try('PEXPIRE', KEYS[1], ARGV[8])
try('PEXPIRE', KEYS[2], ARGV[7])
publish(ARGV[9], KEYS[4], entry)
if failed then error('${UNTOLD}: ' .. failed) end
return {'appended', position}
`,
}

/**
 * KEYS meta, history. ARGV new epoch, meta ttl, limit, 'since' or 'last', then epoch, offset and tag, or a count.
 * Answers verdict, epoch, offset, tag, more, entries.
 */
export const READ: Script = {
  keys: 2,
  lua: `${NOW}${META}
local epoch, offset, tag = meta(ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
local limit = tonumber(ARGV[3])
local function range(...)
  local found = redis.pcall('XRANGE', KEYS[2], ...)
  if not found.err then return found end
  if not foreign(found.err) then error(found.err, 0) end
  redis.call('DEL', KEYS[2])
  return {}
end
local function page(after)
  if limit == 0 or after >= offset then return {'ok', epoch, int(offset), tag, after < offset and 1 or 0, {}} end
  local found = range(int(after + 1) .. '-0', int(offset) .. '-0', 'COUNT', limit)
  local entries = {}
  local last = offset
  for i, item in ipairs(found) do
    entries[i] = item[2][2]
    last = tonumber(string.match(item[1], '^(%d+)'))
  end
  return {'ok', epoch, int(offset), tag, last < offset and 1 or 0, entries}
end
if ARGV[4] == 'last' then return page(math.max(0, offset - tonumber(ARGV[5]))) end
local function verdict(word) return {word, epoch, int(offset), tag, 0, {}} end
local since = tonumber(ARGV[6])
if ARGV[5] ~= epoch then return verdict('epoch') end
if since > offset then return verdict('ahead') end
if since == offset then return ARGV[7] == tag and page(since) or verdict('fork') end
local id = int(since) .. '-0'
local own = since > 0 and range(id, id) or {}
if own[1] then
  local was = string.match(own[1][2][2], '^e|[^|]*|%d+|([^|]*)|')
  return was == ARGV[7] and page(since) or verdict('fork')
end
local oldest = range('-', '+', 'COUNT', 1)
if not oldest[1] or tonumber(string.match(oldest[1][1], '^(%d+)')) ~= since + 1 then return verdict('trimmed') end
local before = string.match(oldest[1][2][2], '^e|[^|]*|%d+|[^|]*|([^|]*)|')
return before == ARGV[7] and page(since) or verdict('fork')
`,
}

/** KEYS idempotency key. ARGV hash, lease. */
export const CLAIM: Script = {
  keys: 1,
  lua: `
local known = redis.call('HMGET', KEYS[1], 'hash', 'state', 'position', 'result')
if not known[1] then
  redis.call('HSET', KEYS[1], 'hash', ARGV[1], 'state', 'pending')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'mine'}
end
if known[1] ~= ARGV[1] then return {'conflict'} end
if known[2] == 'pending' then return {'pending'} end
return {'done', known[3] or '', known[4] or ''}
`,
}

/** KEYS idempotency key. ARGV hash, result, ttl. */
export const SETTLE: Script = {
  keys: 1,
  lua: `
redis.call('HSET', KEYS[1], 'hash', ARGV[1], 'state', 'done', 'result', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
}

/** KEYS idempotency key. Gives a pending claim back; what is done stays done. */
export const RELEASE: Script = {
  keys: 1,
  lua: `
if redis.call('HGET', KEYS[1], 'state') == 'pending' then redis.call('DEL', KEYS[1]) end
return 1
`,
}

/** KEYS meta, history, channel. ARGV new epoch, meta ttl, publish command. */
export const RESTART: Script = {
  keys: 3,
  lua: `${PUBLISH}
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'offset', 0, 'tag', '-')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
publish(ARGV[3], KEYS[3], 'r|')
return 1
`,
}

/** KEYS channel. ARGV publish command, message. */
export const BROADCAST: Script = { keys: 1, lua: `${PUBLISH}return publish(ARGV[1], KEYS[1], ARGV[2])` }
