import { PUBLISH, type Script } from './script.js'

/** Life of a room's presence keys after the last renewal. */
const KEYS_MS = 60_000
/** Leases one script call ends. */
const REAP_MAX = 200
/** The lease of a connection whose own went lost: whoever holds it renews it sooner. */
const FOUND_MS = 25_000

/**
 * KEYS leases, connections, users, revision, channel; ARGV[1] the publish command. Redis' own clock decides who is
 * present. A connection's record keeps user, the JSON of user, info and state as text (never decoded here, so nothing
 * of it can be changed on the way), since when, and the node that holds its lease: others neither renew nor end it. A revision that starts anew starts above every earlier one.
 * The first three keys say one thing: where one of them was evicted, the records make the others anew, and without
 * records the nodes assert theirs again. A revision that is left out makes the nodes read who is left.
 */
const SHARED = `${PUBLISH}
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(n) return string.format('%.0f', n) end
local function member(user)
  local list = redis.call('HGET', KEYS[3], user)
  if not list then return nil end
  local count, since, newest = 0, nil, nil
  for connection in string.gmatch(list, '%S+') do
    local packed = redis.call('HGET', KEYS[2], connection)
    if packed then
      local row = cmsgpack.unpack(packed)
      count = count + 1
      if not since or row[5] < since then since = row[5] end
      if not newest or row[5] >= newest[5] then newest = row end
    end
  end
  if count == 0 then return nil end
  return '{"user":' .. newest[2] .. ',"info":' .. newest[3] .. ',"state":' .. newest[4] .. ',"connections":' .. count .. ',"since":' .. int(since) .. '}'
end
local function revision()
  local current = redis.call('GET', KEYS[4])
  if not current then
    current = int(now() * 1000)
    redis.call('SET', KEYS[4], current)
  end
  return tonumber(current)
end
local function keep()
  for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ${KEYS_MS}) end
end
local function tell(left, joined, changed)
  local next = revision() + 1
  redis.call('SET', KEYS[4], int(next))
  keep()
  local diff = '{"left":[' .. table.concat(left, ',') .. '],"joined":[' .. table.concat(joined, ',') .. '],"changed":[' .. table.concat(changed, ',') .. '],"size":' .. redis.call('HLEN', KEYS[3]) .. '}'
  publish(ARGV[1], KEYS[5], 'p|' .. int(next) .. '|' .. diff)
  return next
end
local function mend()
  local records = redis.call('HGETALL', KEYS[2])
  redis.call('DEL', KEYS[1], KEYS[3])
  for i = 1, #records, 2 do
    local user = cmsgpack.unpack(records[i + 1])[1]
    local list = redis.call('HGET', KEYS[3], user)
    redis.call('HSET', KEYS[3], user, list and (list .. ' ' .. records[i]) or records[i])
    redis.call('ZADD', KEYS[1], now() + ${FOUND_MS}, records[i])
  end
  redis.call('SET', KEYS[4], int(revision() + 1))
  keep()
end
local function remove(connections)
  local gone, left, touched = {}, {}, {}
  for _, connection in ipairs(connections) do
    redis.call('ZREM', KEYS[1], connection)
    local packed = redis.call('HGET', KEYS[2], connection)
    if packed then
      redis.call('HDEL', KEYS[2], connection)
      local row = cmsgpack.unpack(packed)
      local rest = {}
      for other in string.gmatch(redis.call('HGET', KEYS[3], row[1]) or '', '%S+') do
        if other ~= connection then rest[#rest + 1] = other end
      end
      if #rest == 0 then
        redis.call('HDEL', KEYS[3], row[1])
        touched[row[1]] = nil
        left[#left + 1] = row[2]
        gone[#gone + 1] = row[1]
      else
        redis.call('HSET', KEYS[3], row[1], table.concat(rest, ' '))
        touched[row[1]] = true
      end
    end
  end
  local changed = {}
  for user in pairs(touched) do changed[#changed + 1] = member(user) end
  if #left > 0 or #changed > 0 then tell(left, {}, changed) end
  return gone
end
local function reap()
  return remove(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. int(now()), 'LIMIT', 0, ${REAP_MAX}))
end
`

/** Keys of another kind, or with contents that no script wrote, are none: the nodes assert theirs again. */
function presence(lua: string): string {
  return `${SHARED}
local function work()
  if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) % 3 ~= 0 then mend() end
${lua}
end
local done, reply = pcall(work)
if done then return reply end
local why = type(reply) == 'table' and reply.err or tostring(reply)
if not string.find(why, 'WRONGTYPE', 1, true) and not string.find(why, 'attempt to', 1, true) and not string.find(why, 'in input', 1, true) then error(reply, 0) end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return work()
`
}

/** ARGV 2… connection, user, JSON of user, info and state, lease, node. Answers the revision and whether the user is new. */
export const SET_PRESENCE: Script = {
  keys: 5,
  lua: presence(`
local connection, user = ARGV[2], ARGV[3]
local list = redis.call('HGET', KEYS[3], user)
local packed = redis.call('HGET', KEYS[2], connection)
local row = packed and cmsgpack.unpack(packed) or {}
redis.call('HSET', KEYS[2], connection, cmsgpack.pack({user, ARGV[4], ARGV[5], ARGV[6], row[5] or now(), row[6] or ARGV[8]}))
redis.call('ZADD', KEYS[1], now() + tonumber(ARGV[7]), connection)
if not packed then redis.call('HSET', KEYS[3], user, list and (list .. ' ' .. connection) or connection) end
local m = member(user)
return {int(list and tell({}, {}, {m}) or tell({}, {m}, {})), list and 0 or 1}
`),
}

/** ARGV 2… connection, user, lease, node, which holds it from now on. Answers JSON of info and state, or nothing. */
export const RESUME_PRESENCE: Script = {
  keys: 5,
  lua: presence(`
local connection = ARGV[2]
local packed = redis.call('HGET', KEYS[2], connection)
local ends = redis.call('ZSCORE', KEYS[1], connection)
if not packed or not ends or tonumber(ends) < now() then return {} end
local row = cmsgpack.unpack(packed)
if row[1] ~= ARGV[3] then return {} end
row[6] = ARGV[5]
redis.call('HSET', KEYS[2], connection, cmsgpack.pack(row))
redis.call('ZADD', KEYS[1], now() + tonumber(ARGV[4]), connection)
keep()
return {row[3], row[4]}
`),
}

/** ARGV 2… connection, grace, node. Answers the users that are gone. */
export const END_PRESENCE: Script = {
  keys: 5,
  lua: presence(`
local connection, grace = ARGV[2], tonumber(ARGV[3])
local packed = redis.call('HGET', KEYS[2], connection)
if packed and (cmsgpack.unpack(packed)[6] or ARGV[4]) ~= ARGV[4] then return {} end
if grace == 0 then return remove({connection}) end
local ends = redis.call('ZSCORE', KEYS[1], connection)
if ends and tonumber(ends) > now() + grace then redis.call('ZADD', KEYS[1], now() + grace, connection) end
return {}
`),
}

/** ARGV 2… lease, node, connections. Answers the connections whose leases are gone. */
export const RENEW: Script = {
  keys: 5,
  lua: presence(`
local missing = {}
for i = 4, #ARGV do
  local packed = redis.call('HGET', KEYS[2], ARGV[i])
  if not packed then missing[#missing + 1] = ARGV[i]
  elseif (cmsgpack.unpack(packed)[6] or ARGV[3]) == ARGV[3] then redis.call('ZADD', KEYS[1], now() + tonumber(ARGV[2]), ARGV[i]) end
end
keep()
return missing
`),
}

/** Ends leases that ran out. Answers the users that are gone. */
export const REAP: Script = { keys: 5, lua: presence('return reap()') }

/** ARGV 2… after or '', limit. Answers the users that are gone by then, revision, size, more, members. */
export const MEMBERS: Script = {
  keys: 5,
  lua: presence(`
local gone = reap()
local users = redis.call('HKEYS', KEYS[3])
local size = #users
table.sort(users)
local limit = tonumber(ARGV[3])
local page, more = {}, 0
for _, user in ipairs(users) do
  if ARGV[2] == '' or user > ARGV[2] then
    if #page == limit then
      more = 1
      break
    end
    page[#page + 1] = member(user)
  end
end
local at = revision()
keep()
return {gone, int(at), size, more, page}
`),
}
