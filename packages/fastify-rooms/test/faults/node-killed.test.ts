import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startNode } from '../redis/two-nodes.js'
import { eventually } from '../support/eventually.js'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { NodeProcess } from '../scale/node-process.js'
import { RawClient } from '../support/raw-client.js'
import { figure, seconds } from './figure.js'
import { startRedis } from './redis-server.js'
import { FULL } from './scale.js'
import { stopwatch } from './stopwatch.js'

/** At full scale the defaults, which take half a minute. */
const PRESENCE = FULL ? { leaseMs: 25_000, renewMs: 8_000, graceMs: 5_000 } : { leaseMs: 2_000, renewMs: 500, graceMs: 500 }
const GONE_MS = PRESENCE.leaseMs + 10_000
const USERS = FULL ? 100 : 10
const ROOM = 'chat:killed'

test(`a node that is killed (SIGKILL): its ${USERS} users who do not come back are gone within ${GONE_MS / 1_000} s, and nobody else`, async () => {
  const redis = await startRedis()
  const dying = await NodeProcess.start({ redisPort: redis.port, options: { presence: PRESENCE, limits: { connectionsPerIp: USERS } } })
  const other = await startNode(redis, { presence: PRESENCE, limits: { members: USERS + 1 } })
  const witness = await other.join('witness', ROOM)
  const users = Array.from({ length: USERS }, (_, n) => `user-${n}`)
  for (const user of users) await eventually(async () => (await new RawClient(`${dying.url}/ws/${ROOM}`, { token: forgeToken({ sub: user, exp: inSeconds(3_600) }) }).opened()).next('joined'))
  await eventually(async () => expect(await other.app.rooms.size(ROOM)).toBe(USERS + 1))
  await dying.kill()
  const ms = stopwatch()
  const gone = (): Set<string> => new Set(witness.ofType('presence').flatMap(({ left }) => left))
  while (gone().size < USERS) await once(witness.socket, 'message')
  const goneMs = ms()
  figure('one of two nodes killed under load (SIGKILL)', 'its users are gone from presence', `${seconds(goneMs)} (${USERS} users)`, `≤ ${GONE_MS / 1_000} s`)
  expect(goneMs).toBeLessThanOrEqual(GONE_MS)
  expect(gone()).toEqual(new Set(users))
  expect(await other.app.rooms.members(ROOM)).toMatchObject([{ user: 'witness' }])
}, GONE_MS + 60_000)
