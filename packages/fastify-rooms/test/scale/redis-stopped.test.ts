import { expect, test } from 'vitest'
import { figure } from '../faults/figure.js'
import { startRedis } from '../faults/redis-server.js'
import { eventually } from '../support/eventually.js'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { RawClient } from '../support/raw-client.js'
import { FULL, NodeProcess } from './node-process.js'

const WINDOW_MS = FULL ? 10_000 : 1_000
const CLIENTS = 50
const PUBLISHES_PER_SECOND = 200
/** Half of the resolution of the measure: less is no difference. */
const LEAST_SPREAD_MS = 5
const ROOM = 'chat:stopped'

interface Window { readonly p99: number; readonly max: number; readonly answers: Readonly<Record<string, number>> }

test(`Redis stopped for ${WINDOW_MS / 1_000} s under load: the node refuses each publish and its event loop is no later than before`, async () => {
  const redis = await startRedis()
  const node = await NodeProcess.start({ redisPort: redis.port, options: { limits: { messagesPerSecond: 10_000 } } })
  const clients = await Promise.all(Array.from({ length: CLIENTS }, async (_, n) => eventually(async () => {
    const client = await new RawClient(`${node.url}/ws/${ROOM}`, { token: forgeToken({ sub: `user-${n}`, exp: inSeconds(3_600) }) }).opened()
    await client.next('joined')
    return client
  })))
  // The first window warms up.
  await watch(node, clients)
  const [first, second] = [await watch(node, clients), await watch(node, clients)]
  redis.pause()
  const stopped = await watch(node, clients)
  redis.resume()
  // Within twice the spread of two equal windows.
  const bound = Math.max(first.p99, second.p99) + Math.max(LEAST_SPREAD_MS, 2 * Math.abs(first.p99 - second.p99))
  const say = ({ p99, max, answers }: Window): string => `p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(1)} ms, answers ${JSON.stringify(answers)}`
  figure('Redis stopped for 10 s (SIGSTOP)', "the event loop's delay, p99", `${say(stopped)}; without the fault ${say(first)} and ${say(second)}, so at most ${bound.toFixed(1)} ms (${CLIENTS} clients, ${PUBLISHES_PER_SECOND} publishes/s)`, 'as without the fault, not judged in small')
  expect(stopped.answers['ack'] ?? 0).toBe(0)
  expect((stopped.answers['unavailable'] ?? 0) + (stopped.answers['uncertain'] ?? 0)).toBeGreaterThan(0)
  // In small, the machine's other work weighs more than what is measured: there the figure is printed, not judged.
  if (FULL) expect(stopped.p99).toBeLessThanOrEqual(bound)
  for (const client of clients) expect(client.socket.readyState).toBe(client.socket.OPEN)
  await eventually(async () => expect(await clients[0]!.publish('note', 'on', { id: 'on' })).toMatchObject({ type: 'ack' }))
  for (const client of clients) await client.next('event', ({ data }) => data === 'on')
}, 120_000)

/** Publishes at a steady rate for a while; resolves with how late the node's event loop was, and how the publishes were answered. */
async function watch(node: NodeProcess, clients: readonly RawClient[]): Promise<Window> {
  await node.watchLoop()
  const [began, total] = [performance.now(), (WINDOW_MS / 1_000) * PUBLISHES_PER_SECOND]
  const answered: Promise<string>[] = []
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - began) / 1_000) * PUBLISHES_PER_SECOND)
      while (answered.length < due) answered.push(clients[answered.length % clients.length]!.publish('note', answered.length).then((answer) => (answer.type === 'ack' ? 'ack' : answer.code)))
      if (answered.length < total) return
      clearInterval(timer)
      resolve()
    }, 10)
  })
  const answers: Record<string, number> = {}
  for (const answer of await Promise.all(answered)) answers[answer] = (answers[answer] ?? 0) + 1
  return { ...(await node.loopDelayMs()), answers }
}
