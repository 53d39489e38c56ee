// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { createRoomsClient, type RoomsClient } from '../../src/index.js'
import { attachQueryClient, roomQuery, useRoomQuery } from '../../src/query/index.js'
import { FakeServer, settle } from '../fake-server.js'
import { countListeners } from './count-listeners.js'
import { FakeStreams } from './fake-streams.js'
import { acted, render } from './render.js'
import { WholeApp } from './whole-app.js'

const MOUNTS = 200
/** Until caches are warm: React's, the engine's and those of the page that stands in for a browser. */
const WARM_UP = 60
/** What a leak of one room, one stream or one poll a mount would exceed by far. */
const BYTES_A_MOUNT = 1_000

interface Message { readonly id: string }

function Messages({ name, fetched }: { name: string; fetched: () => Message[] }): ReactNode {
  const { data } = useRoomQuery(roomQuery({
    room: name, queryKey: ['messages', name], queryFn: async ({ seen }) => seen({ headers: { get: () => null }, json: async () => fetched() }).json(), on: { message: 'upsert' },
  }))
  return data?.length
}

/** The parts of the world an app touches; they forget what they saw, so that only the app's own memory counts. */
function world() {
  const server = new FakeServer()
  const streams = new FakeStreams()
  const client = createRoomsClient({ url: 'https://example.test', WebSocket: server.WebSocket })
  const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: 1_000, retry: false } } })
  const detach = attachQueryClient(client, queryClient)
  return {
    server, streams, client, queryClient, detach,
    forget() {
      server.frames.length = streams.requests.length = 0
      server.rooms.clear()
      server.sockets.splice(0, server.sockets.length, ...server.open)
    },
  }
}

/** Mounts the whole app in a room of its own, lets it live a little, and unmounts it. */
async function live({ server, streams, client, queryClient }: ReturnType<typeof world>, n: number): Promise<WeakRef<object>> {
  const name = `chat:${n}`
  let polls = 0
  const { container } = render(
    <QueryClientProvider client={queryClient}>
      <WholeApp client={client} name={name} fetch={streams.fetch} poll={async () => ++polls} heard={() => {}}>
        <Messages name={name} fetched={() => [{ id: 'a' }]} />
      </WholeApp>
    </QueryClientProvider>,
  )
  await acted(() => vi.advanceTimersByTimeAsync(50))
  await acted(() => streams.request.open())
  await acted(() => {
    streams.request.write('id: 1\ndata: 7\n\n')
    server.send(name, 'message', { id: 'b' })
    server.tell(name, { type: 'typing', room: name, user: 'bo', on: true })
    fireEvent.input(container.querySelector('input')!, { target: { value: 'hello' } })
  })
  await acted(() => vi.advanceTimersByTimeAsync(1_000))
  // Alive in every part, or nothing would be proven.
  expect(container.textContent).toBe(`live connected websocket message ana true {"status":"here"} 0 7 true 2 false2`)
  expect(server.sent('typing')).toHaveLength(1)
  const room = new WeakRef(client.room(name))
  cleanup()
  // What it says as it goes arrives.
  await settle()
  return room
}

/** Collects garbage until nothing more goes: what is weakly held goes a turn after what held it. */
async function heap(): Promise<number> {
  let bytes = Infinity
  for (;;) {
    for (let i = 0; i < 5; i++) {
      await new Promise<void>((turned) => setImmediate(turned))
      gc!()
    }
    const { heapUsed } = process.memoryUsage()
    if (heapUsed > bytes - 1_000) return Math.min(bytes, heapUsed)
    bytes = heapUsed
  }
}

const openTimers = async (client: RoomsClient): Promise<[status: string, timers: number]> => {
  // The linger, and what React Query keeps for a second.
  await vi.advanceTimersByTimeAsync(5_000)
  return [client.connection().status, vi.getTimerCount()]
}

it(`${MOUNTS} mounts and unmounts of a whole app leave no socket, timer, listener or room behind, and no memory`, async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'requestAnimationFrame', 'cancelAnimationFrame'] })
  const listeners = countListeners()
  const at = world()
  for (let n = 0; n < WARM_UP; n++) {
    await live(at, n)
    at.forget()
  }
  expect(await openTimers(at.client)).toEqual(['idle', 0])
  const before = await heap()

  const rooms: WeakRef<object>[] = []
  let collected = 0
  const registry = new FinalizationRegistry<number>(() => void collected++)
  for (let n = 0; n < MOUNTS; n++) {
    const room = await live(at, WARM_UP + n)
    registry.register(room.deref()!, n)
    rooms.push(room)
    // Some come back within the linger, some after.
    if (n % 10 === 0) await openTimers(at.client)
    at.forget()
  }
  expect(await openTimers(at.client)).toEqual(['idle', 0])
  at.forget()
  expect([at.server.open.length, at.streams.open.length, listeners.now, listeners.ever > MOUNTS]).toEqual([0, 0, 0, true])

  const after = await heap()
  const alive = rooms.filter((room) => room.deref() !== undefined).length
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(2)
  process.stdout.write(
    `${MOUNTS} mounts: ${at.server.open.length} sockets, ${vi.getTimerCount()} timers, ${listeners.now} of ${listeners.ever} listeners, ${alive} rooms left (${collected} collected); `
    + `heap ${mib(before)} MiB before, ${mib(after)} after, ${Math.round((after - before) / MOUNTS)} bytes a mount\n`,
  )
  expect(alive).toBe(0)
  expect((after - before) / MOUNTS).toBeLessThan(BYTES_A_MOUNT)

  at.detach()
  await at.client.close()
  vi.useRealTimers()
}, 60_000)

it('rooms that were only looked at, as by a server that renders, leave not even their names behind', async () => {
  const client = createRoomsClient({ url: 'https://example.test' })
  const NAMES = 20_000
  const before = await heap()
  for (let n = 0; n < NAMES; n++) {
    client.room(`chat:${n}`)
    // Rooms that were looked at in one turn are there until its end.
    if (n % 5_000 === 0) await new Promise<void>((turned) => setImmediate(() => turned(gc!())))
  }
  client.room('chat:last')
  expect(((await heap()) - before) / NAMES).toBeLessThan(50)
  await client.close()
}, 60_000)
