// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { lazy, Suspense, useState, version, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { RoomChangedError, RoomsProvider, usePresence, usePublish, useRoom, useRoomEvent, useRoomStatus, useTyping, type Ack } from '../../src/index.js'
import { countListeners } from './count-listeners.js'
import { acted, show } from './render.js'
import { useRoomsStage } from './rooms-stage.js'

const stage = useRoomsStage()

function Status({ name }: { name: string | null }): ReactNode {
  return <p>{useRoomStatus(useRoom(name))}</p>
}

describe('rooms in React', () => {
  it('StrictMode opens exactly one socket, and unmount leaves none after the linger', async () => {
    const { client, rooms, pass } = stage()
    const { unmount, container } = show(client, <><Status name="chat:1" /><Status name="chat:1" /></>)
    expect(container.textContent).toBe('joiningjoining')
    await acted()
    expect([rooms.opened, rooms.received('join').length, container.textContent]).toEqual([1, 1, 'livelive'])
    unmount()
    await pass(1_999)
    expect(rooms.open).toBe(1)
    await pass(1)
    expect([rooms.open, rooms.opened, vi.getTimerCount()]).toEqual([0, 1, 0])
  })

  it('fifty mounts and unmounts leave nothing behind', async () => {
    const { client, rooms, pass } = stage()
    const listeners = countListeners()
    const { again, unmount } = show(client, null)
    for (let i = 0; i < 50; i++) {
      again(<Status name={`chat:${i % 7}`} />)
      await acted(() => pass(1))
      again(null)
      await acted(() => pass(i % 2 === 0 ? 1 : 2_100))
    }
    unmount()
    await pass(2_000)
    expect([rooms.open, vi.getTimerCount(), listeners.now, listeners.ever > 0]).toEqual([0, 0, 0, true])
  })

  it('holds nothing for null, and says left', async () => {
    const { client, rooms, pass } = stage()
    const { again, container } = show(client, <Status name={null} />)
    await acted(() => pass(5_000))
    expect([container.textContent, rooms.opened]).toEqual(['left', 0])
    again(<Status name="chat:1" />)
    await acted()
    expect(container.textContent).toBe('live')
  })

  it('a null room hears nothing and publishes nothing', async () => {
    const { client, rooms } = stage()
    let publish!: (data: unknown) => Promise<Ack>
    function Nobody(): ReactNode {
      const room = useRoom(null)
      useRoomEvent(room, 'message', () => {})
      publish = usePublish(room, 'message')
      useTyping(room).onInput()
      return usePresence(room).size
    }
    show(client, <Nobody />)
    await acted()
    await expect(publish({})).rejects.toMatchObject({ code: 'forbidden' })
    await acted()
    expect(rooms.opened).toBe(0)
  })

  it('A, B, A within the linger: one socket, the subscription kept, what was queued rejected and never sent', async () => {
    const { client, rooms, pass } = stage()
    const handles = new Set<unknown>()
    let publish!: (data: unknown) => Promise<Ack>
    function Chat({ name }: { name: string }): ReactNode {
      const room = useRoom(name)
      handles.add(room)
      publish = usePublish(room, 'message')
      return null
    }
    const { again } = show(client, <Chat name="chat:a" />)
    await acted()
    await acted(() => rooms.down())
    const queued = publish('for a')
    again(<Chat name="chat:b" />)
    await expect(queued).rejects.toBeInstanceOf(RoomChangedError)
    rooms.up()
    await acted(() => pass(500))
    again(<Chat name="chat:a" />)
    await acted(() => pass(5_000))
    expect([rooms.open, rooms.opened, rooms.received('publish').length, handles.size]).toEqual([1, 2, 0, 2])
    expect(rooms.received('join').map(({ room }) => room)).toEqual(['chat:a', 'chat:a', 'chat:b'])
    expect(rooms.room('chat:b').members()).toEqual([])
  })

  it('waits with a suspended child and holds only what was committed', async () => {
    const { client, rooms, pass } = stage()
    let resolve!: () => void
    const data = new Promise<{ default: () => ReactNode }>((done) => { resolve = () => done({ default: () => null }) })
    const Late = lazy(() => data)
    function Child(): ReactNode {
      const room = useRoom('chat:1')
      return <>{useRoomStatus(room)}<Late /></>
    }
    const { container, again } = show(client, null)
    await acted(() => again(<Suspense fallback="waiting"><Child /></Suspense>))
    await acted(() => pass(5_000))
    expect([container.textContent, rooms.opened]).toEqual(['waiting', 0])
    await acted(resolve)
    // React shows a fallback for a moment at least.
    await acted(() => pass(1_000))
    expect([container.textContent, rooms.opened]).toEqual(['live', 1])
  })

  it('needs a provider, and says so', () => {
    expect(() => renderToString(<Status name="chat:1" />)).toThrow(/RoomsProvider/)
  })

  it('follows another client', async () => {
    const { client, rooms, pass } = stage()
    const other = stage()
    let swap!: () => void
    function App(): ReactNode {
      const [first, setFirst] = useState(true)
      swap = () => setFirst(false)
      return <RoomsProvider client={first ? client : other.client}><Status name="chat:1" /></RoomsProvider>
    }
    show(client, <App />)
    await acted()
    act(swap)
    await acted(() => pass(2_000))
    expect([rooms.open, other.rooms.open]).toEqual([0, 1])
  })
})

it(`runs on React ${version}, which is the one it should run on`, () => {
  expect(version.split('.')[0]).toBe(process.env['REACT'])
})
