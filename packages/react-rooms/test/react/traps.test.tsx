// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { usePresence, useRoom, useRoomEvent, useRoomStatus } from '../../src/index.js'
import { attachQueryClient, roomQuery, useRoomQuery } from '../../src/query/index.js'
import type { FakeServer } from '../fake-server.js'
import type { FakeSocket } from '../fake-socket.js'
import { acted, show, useReactStage } from './render.js'

const stage = useReactStage()

/** Hears a room, and counts its renders. */
function listener(heard: unknown[], renders = vi.fn()) {
  return {
    renders,
    Listener(): ReactNode {
      renders()
      const room = useRoom('chat:1')
      useRoomEvent(room, 'message', (data) => heard.push(data))
      return useRoomStatus(room)
    },
  }
}
const burst = (server: FakeServer, from: number, to: number): void => {
  for (let n = from; n <= to; n++) server.send('chat:1', 'message', n)
}
const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1)

describe('trap 28: StrictMode mounts twice', () => {
  it('a socket in an effect is two, a room is one', async () => {
    const naive = stage()
    function Naive(): ReactNode {
      useEffect(() => {
        const socket = new naive.server.WebSocket('wss://example.test/ws', ['rooms.v1'])
        return () => socket.close()
      }, [])
      return null
    }
    show(naive.client, <Naive />)
    await acted()
    expect(naive.server.sockets).toHaveLength(2)

    const { client, server, pass } = stage()
    const { Listener } = listener([])
    const { unmount } = show(client, <Listener />)
    await acted()
    expect([server.sockets.length, server.sent('join').length]).toEqual([1, 1])
    unmount()
    await pass(2_000)
    expect(server.open).toHaveLength(0)
  })

  it('a socket in state is never closed', async () => {
    const naive = stage()
    function Naive(): ReactNode {
      useState(() => new naive.server.WebSocket('wss://example.test/ws', ['rooms.v1']))
      return null
    }
    const { unmount } = show(naive.client, <Naive />)
    await acted()
    unmount()
    await naive.pass(60_000)
    expect(naive.server.open.length).toBeGreaterThan(0)
  })
})

it('trap 34: a last message in state loses most of a burst, useRoomEvent none, without a render', async () => {
  const { client, server } = stage()
  const heard: unknown[] = []
  const seen: unknown[] = []
  const { Listener, renders } = listener(heard)
  function Naive(): ReactNode {
    const [last, setLast] = useState<unknown>()
    const room = useRoom('chat:1')
    useEffect(() => room.on('message', setLast), [room])
    useEffect(() => {
      if (last !== undefined) seen.push(last)
    }, [last])
    return null
  }
  show(client, <><Listener /><Naive /></>)
  await acted()
  const before = renders.mock.calls.length
  await acted(() => burst(server, 1, 500))
  expect(heard).toEqual(upTo(500))
  expect(renders.mock.calls.length).toBe(before)
  expect(seen).toEqual([500])
})

describe('trap 35: closing a dead socket may hang for minutes', () => {
  async function dead() {
    const staged = stage()
    const heard: unknown[] = []
    const { Listener } = listener(heard)
    const shown = show(staged.client, <Listener />)
    await acted()
    await acted(() => burst(staged.server, 1, 2))
    const old = staged.server.socket
    staged.server.halfOpen()
    return { ...staged, ...shown, heard, old }
  }

  it('waiting for its close event waits for ever, the client replaces it and catches up', async () => {
    const naive = stage()
    const socket = new naive.server.WebSocket('wss://example.test/ws', ['rooms.v1']) as FakeSocket
    let closed = false
    socket.onclose = () => { closed = true }
    await acted()
    socket.halfOpen = true
    socket.close()

    const { server, pass, container, heard } = await dead()
    server.missed('chat:1', 'message', 3)
    // Nothing was heard for pingMs and ten seconds; then the first wait.
    await acted(() => pass(35_000))
    await acted(() => pass(250))
    expect([closed, server.sockets.length, container.textContent, heard]).toEqual([false, 2, 'live', [1, 2, 3]])
  })

  it('what the old one still says, or that it ends, is heard by nobody', async () => {
    const { server, pass, container, heard, old } = await dead()
    await acted(() => pass(35_000))
    await acted(() => pass(250))
    await acted(() => burst(server, 3, 3))
    revive(old)
    await acted(() => {
      old.write({ type: 'event', room: 'chat:1', event: 'message', data: 'late', offset: 4, tag: 'tag00004', id: 'late', at: 0 })
      old.write({ type: 'bye', code: 4001, reason: 'late', retry: 'never' })
    })
    await acted(() => old.end(1006, ''))
    await acted(() => burst(server, 4, 4))
    expect([heard, container.textContent, server.sockets.length]).toEqual([[1, 2, 3, 4], 'live', 2])
  })

  const revive = (socket: FakeSocket): void => { socket.halfOpen = false }
})

describe('trap 36: a hidden tab has no animation frames and slow timers', () => {
  const hide = (): void => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    vi.spyOn(globalThis, 'requestAnimationFrame').mockReturnValue(0)
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }

  it('events, presence and queries still arrive, where a frame never comes', async () => {
    const { client, server, pass } = stage()
    const queryClient = new QueryClient()
    attachQueryClient(client, queryClient)
    const heard: unknown[] = []
    const framed: unknown[] = []
    const { Listener } = listener(heard)
    const messages = roomQuery({
      room: 'chat:1', queryKey: ['messages'], queryFn: async ({ seen }): Promise<number> => seen({ headers: { get: () => `chat:1=${server.room('chat:1').position}` }, json: async () => 0 }).json(),
      on: { message: (count) => count + 1 },
    })
    function Counts(): ReactNode {
      const { size } = usePresence(useRoom('chat:1'))
      return ` ${useRoomQuery(messages).data} ${size}`
    }
    function Naive(): ReactNode {
      useRoomEvent(useRoom('chat:1'), 'message', (data) => void requestAnimationFrame(() => framed.push(data)))
      return null
    }
    const { container } = show(client, <QueryClientProvider client={queryClient}><Listener /><Naive /><Counts /></QueryClientProvider>)
    await acted(() => pass(50))
    hide()
    await acted(() => {
      burst(server, 1, 10)
      server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: [{ user: 'bo', info: { name: 'Bo' }, state: null, connections: 1, since: 0 }], changed: [], size: 2 })
    })
    await acted(() => pass(5_000))
    expect([heard, framed, container.textContent]).toEqual([upTo(10), [], 'live 10 2'])
    vi.restoreAllMocks()
    queryClient.clear()
  })

  it('the connection stands on what the server sends: it needs no timer of the page', async () => {
    const { client, server, pass } = stage()
    const { Listener } = listener([])
    const { container } = show(client, <Listener />)
    await acted()
    hide()
    for (let minutes = 0; minutes < 10; minutes++) {
      await acted(() => pass(20_000))
      server.socket.write({ type: 'ping' })
      await acted(() => pass(20_000))
      server.socket.write({ type: 'ping' })
      await acted(() => pass(20_000))
      server.socket.write({ type: 'ping' })
    }
    await acted()
    expect([container.textContent, server.sockets.length, server.sent('ping').length]).toEqual(['live', 1, 0])
    vi.restoreAllMocks()
  })
})
