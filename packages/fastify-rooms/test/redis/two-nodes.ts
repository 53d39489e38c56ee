import type { EventFrame, SkipFrame } from 'rooms-protocol'
import { expect } from 'vitest'
import type { RoomsOptions } from '../../src/index.js'
import { redisBroker } from '../../src/redis/index.js'
import type { RedisServer } from '../faults/redis-server.js'
import type { RawClient } from '../support/raw-client.js'
import type { AppSetup } from '../support/test-app.js'
import { eventually } from '../support/eventually.js'
import { startServer, type TestServer } from '../support/test-server.js'

/** A node that reaches Redis at a port: the server's own, or a proxy's; resolves when it can be used. */
export async function startNode(redis: RedisServer, options: RoomsOptions & { port?: number } = {}, setup: AppSetup = {}): Promise<TestServer> {
  const { port = redis.port, ...rest } = options
  const node = await startServer({ ...rest, broker: redisBroker(redis.client({ port, lazyConnect: true })) }, setup)
  await eventually(() => node.app.rooms.ready())
  return node
}

/** The room's events and skips as they came, in the order they came. */
export function stream(client: RawClient, room: string): (EventFrame | SkipFrame)[] {
  return client.frames.filter((frame): frame is EventFrame | SkipFrame => (frame.type === 'event' || frame.type === 'skip') && frame.room === room)
}

/** Nothing missing, twice or out of order from the first to the last. */
export function expectWhole(client: RawClient, room: string): void {
  const offsets = stream(client, room).map(({ offset }) => offset)
  const breaks = offsets.flatMap((offset, i) => (i === 0 || offset === offsets[i - 1]! + 1 ? [] : [`${offsets[i - 1]} → ${offset}`]))
  expect(breaks).toEqual([])
}
