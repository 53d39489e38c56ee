import { execFileSync } from 'node:child_process'
import { setPriority } from 'node:os'
import { expect, test } from 'vitest'
import { FULL } from '../faults/scale.js'
import { messageOf, startProcess } from '../scale/node-process.js'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { attack } from './attack.js'
import { AttackedNode } from './attacked-node.js'
import { wildTexts } from './wild-frames.js'

const SEED = Number(process.env['ROOMS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const SCALE = FULL ? { connections: 10_000, framesEach: 100 } : { connections: 200, framesEach: 100 }
const TEXTS = wildTexts(FULL ? 20_000 : 2_000, SEED)
const NEIGHBOURS = 4
const FLOW = { room: 'feed:all', perSecond: 500 }
const EVENTS = FULL ? 5_000 : 250
/** Some 90 connections a second, each a millisecond of upgrade, token and join, are felt by whoever comes behind one: by no more than this. */
const UNNOTICED_MS = 5
/** An attack from many addresses. */
const MANY = { connectionsPerIp: 100_000, connectionsPerUser: 100_000 }
const MIB = 2 ** 20

interface Lateness { readonly p99: number; readonly gaps: number }

test(`${SCALE.connections * SCALE.framesEach} wild frames with every limit out of the way: the node lives, nothing comes up uncaught or is an error, and its heap is as before (seed ${SEED})`, async () => {
  const node = await AttackedNode.start({ ...MANY, messagesPerSecond: 1_000_000, badMessages: 1_000_000 })
  await attack({ port: node.port, seed: SEED + 1, texts: TEXTS, connections: SCALE.connections / 4, framesEach: SCALE.framesEach })
  await node.quiet(0)
  const before = await node.heapBytes()
  const began = performance.now()
  const sent = await attack({ port: node.port, seed: SEED, texts: TEXTS, ...SCALE })
  const tookMs = performance.now() - began
  await node.quiet(0)
  const after = await node.heapBytes()
  process.stdout.write(`fuzz, limits out of the way: ${sent} frames over ${SCALE.connections} connections in ${(tookMs / 1_000).toFixed(1)} s, heap ${(before / MIB).toFixed(1)} MiB before and ${(after / MIB).toFixed(1)} MiB after, seed ${SEED}\n`)
  expect(await node.faults()).toEqual([])
  expect(node.alive).toBe(true)
  expect(sent).toBeGreaterThan(SCALE.connections * SCALE.framesEach * 0.5)
  expect(after - before).toBeLessThan(Math.max(4 * MIB, before * 0.1))
}, FULL ? 1_800_000 : 60_000)

test(`wild frames over ${SCALE.connections} connections against the default limits: neighbours miss nothing${FULL ? ' and hear of it hardly later' : ''} (seed ${SEED})`, async () => {
  const node = await AttackedNode.start(MANY)
  const neighbours = startProcess('neighbours.mjs')
  neighbours.send({ port: node.port, room: FLOW.room, tokens: Array.from({ length: NEIGHBOURS }, (_, n) => forgeToken({ sub: `neighbour-${n}`, exp: inSeconds(7_200) })) })
  await messageOf(neighbours)
  await node.startFlow(FLOW.room, FLOW.perSecond)
  const measure = async (): Promise<Lateness> => {
    neighbours.send({ events: EVENTS })
    const lateness = await messageOf<Lateness>(neighbours)
    expect(lateness.gaps).toBe(0)
    return lateness
  }
  await measure()
  const quiet = [(await measure()).p99, (await measure()).p99]
  stepBack()
  let ongoing = true
  const attacked = attack({ port: node.port, seed: SEED, texts: TEXTS, ...SCALE, perSecond: FULL ? 2_000 : 10_000 }).finally(() => { ongoing = false })
  attacked.catch(() => {})
  const during: number[] = []
  while (isOngoing()) during.push((await measure()).p99)
  const sent = await attacked
  quiet.push((await measure()).p99, (await measure()).p99)
  await node.endFlow()
  await node.quiet(NEIGHBOURS)

  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
  const bound = median(quiet) + UNNOTICED_MS
  process.stdout.write(`fuzz, default limits: ${sent} frames, neighbours' p99 ${quiet.map((ms) => ms.toFixed(1)).join(', ')} ms without and ${median(during).toFixed(1)} ms (median of ${during.length}) beside them, bound ${bound.toFixed(1)} ms, seed ${SEED}\n`)
  expect(await node.faults()).toEqual([])
  expect(node.alive).toBe(true)
  // In small, the machine's other work weighs more than what is measured: there the figure is printed, not judged.
  if (FULL) expect(median(during)).toBeLessThanOrEqual(bound)

  function isOngoing(): boolean { return ongoing }
}, FULL ? 1_800_000 : 60_000)

/**
 * The attackers' own work is not what is measured: they take the processor's time that is left. The lowest priority is
 * not enough for that, since who wakes up still waits for a slice of 3 ms to end; on a busy machine the idle class gets nothing.
 */
function stepBack(): void {
  setPriority(19)
  if (FULL && process.platform === 'linux') execFileSync('chrt', ['--idle', '--all-tasks', '--pid', '0', String(process.pid)])
}
