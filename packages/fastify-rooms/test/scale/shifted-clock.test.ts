import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { foldPresence, type Member } from 'rooms-protocol'
import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { eventually } from '../support/eventually.js'
import { RawClient } from '../support/raw-client.js'
import { FULL, NodeProcess } from './node-process.js'

const PRESENCE = FULL ? { leaseMs: 25_000, renewMs: 8_000, graceMs: 5_000 } : { leaseMs: 25_000, renewMs: 500, graceMs: 500 }
/** Were leases judged by the node's clock, a renewal or a look within this time would end them: the shift is longer than a lease. */
const WATCH_MS = FULL ? 1.25 * PRESENCE.leaseMs : 4 * PRESENCE.renewMs
const SHIFT_S = 120
const ROOM = 'chat:clock'
const USERS = 12

/** What the dynamic linker is to load, as Debian's `faketime` says; `null` where that is not installed. */
const library = spawnSync('faketime', ['-f', '+0s', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout?.trim() || null
if (library === null) process.stdout.write('shifted clock: skipped, because there is no faketime here (Debian: apt-get install faketime)\n')

/** A wall clock that the test moves while the process runs; its monotonic clock stays. */
function movableClock(): { readonly env: NodeJS.ProcessEnv; move(seconds: number): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rooms-clock-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'offset')
  const move = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}`)
  move(0)
  return { env: { LD_PRELOAD: library!, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }, move }
}

function enter(node: NodeProcess, user: string): Promise<RawClient> {
  return eventually(async () => {
    const client = await new RawClient(`${node.url}/ws/${encodeURIComponent(ROOM)}`, { token: forgeToken({ sub: user, exp: inSeconds(3_600) }) }).opened()
    await client.next('joined')
    return client
  })
}

function usersSeenBy(client: RawClient): string[] {
  const start: ReadonlyMap<string, Member> = new Map(client.ofType('joined')[0]!.members.map((member) => [member.user, member]))
  return [...client.ofType('presence').reduce((members, frame) => foldPresence(members, frame), start).keys()].sort()
}

/** When each connection's lease ends, as Redis keeps it. */
async function leaseEnds(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const flat = await redis.zrange(`rooms:0:{${ROOM}}:leases`, '0', '-1', 'WITHSCORES')
  return new Map(flat.flatMap((connection, i) => (i % 2 === 0 ? [[connection, Number(flat[i + 1])] as const] : [])))
}

async function clockOf(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time()
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000
}

test.skipIf(library === null)(`a node's clock that jumps by ${SHIFT_S} s, forth and back, changes nobody's presence on any node`, async () => {
  const redis = await startRedis()
  const judge = redis.client()
  const clock = movableClock()
  const setup = { redisPort: redis.port, options: { presence: PRESENCE, limits: { messagesPerSecond: 100_000 } } }
  const shifted = await NodeProcess.start({ ...setup, env: clock.env })
  const nodes = [shifted, await NodeProcess.start(setup), await NodeProcess.start(setup)]
  const clients = await Promise.all(Array.from({ length: USERS }, (_, n) => enter(nodes[n % nodes.length]!, `user-${n}`)))
  const everybody = Array.from({ length: USERS }, (_, n) => `user-${n}`).sort()
  await Promise.all(clients.map(async (client) => { while (usersSeenBy(client).length < USERS) await client.next('presence') }))
  await comesAndGoes('guest', shifted, clients)
  const frames = (): number => clients.reduce((sum, client) => sum + client.ofType('presence').length, 0)

  for (const seconds of [SHIFT_S, -SHIFT_S, 0]) {
    clock.move(seconds)
    let looks = 0
    let offMs = await offsetOf(shifted)
    while (Math.abs(offMs - seconds * 1_000) > SHIFT_S * 500) offMs = await offsetOf(shifted)
    const [before, ends, until] = [frames(), await leaseEnds(judge), (await clockOf(judge)) + WATCH_MS]
    while ((await clockOf(judge)) < until) {
      const [seen] = await Promise.all([Promise.all(nodes.map((node) => node.members(ROOM))), clients[looks++ % USERS]!.settled()])
      expect(seen.map((members) => members.map(({ user }) => user))).toEqual(nodes.map(() => everybody))
    }
    process.stdout.write(`clock of one node ${Math.round(offMs / 1_000)} s off for ${WATCH_MS} ms (lease ${PRESENCE.leaseMs} ms): ${looks} looks at ${nodes.length} nodes, ${frames() - before} presence frames to ${USERS} clients\n`)
    expect(frames()).toBe(before)
    // Every lease was prolonged meanwhile.
    await eventually(async () => { for (const [connection, end] of await leaseEnds(judge)) expect(end, connection).toBeGreaterThan(ends.get(connection)!) })
    for (const client of clients) expect(usersSeenBy(client)).toEqual(everybody)

    // And it goes on working: who comes and goes on that node is seen, and its members may speak.
    await eventually(async () => expect(await clients[0]!.publish('note', seconds, { id: `note-${seconds}` })).toMatchObject({ type: 'ack' }))
    await comesAndGoes(`guest${seconds}`, shifted, clients)
  }
}, 6 * WATCH_MS + 60_000)

/** Somebody enters on a node and leaves again, and everybody sees both; no earlier diff is still being gathered then. */
async function comesAndGoes(user: string, node: NodeProcess, clients: readonly RawClient[]): Promise<void> {
  const guest = await enter(node, user)
  await Promise.all(clients.map((client) => client.next('presence', ({ joined }) => joined.some((member) => member.user === user))))
  guest.send({ type: 'leave', room: ROOM })
  await Promise.all(clients.map((client) => client.next('presence', ({ left }) => left.includes(user))))
  guest.socket.terminate()
}

/** How far a node's clock is ahead of ours. */
async function offsetOf(node: NodeProcess): Promise<number> {
  return (await node.now()) - Date.now()
}
