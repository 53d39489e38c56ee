// Memory of an idle member, as a difference of two servers measured alike: the part of the regression gate about bytes.
import { expect, it } from 'vitest'
import { measure } from '../memory/bench.mjs'

/** What a member may keep on the heap beyond what the same connection to a bare @fastify/websocket keeps; it may be less. */
const MOST_KIB = 2
/** No connection with a socket, a request and a WebSocket keeps less: a figure below it was not measured. */
const LEAST_KIB = 3

it('is little more on the heap than a bare connection', async () => {
  const ours = await measure('rooms', 400)
  const bare = await measure('fastify-websocket', 400)
  expect(ours.heapKib - bare.heapKib).toBeLessThan(MOST_KIB)
  for (const { heapKib } of [ours, bare]) expect(heapKib).toBeGreaterThan(LEAST_KIB)
  // Two servers and 1,400 connections come first; on a busy machine that takes its time.
}, 60_000)
