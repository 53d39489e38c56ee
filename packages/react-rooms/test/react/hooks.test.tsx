// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/react'
import { useEffect, useState, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import {
  useConnection, useGrants, useMyPresence, usePresence, usePublish, useRoom, useRoomEvent, useRoomEvents, useRoomReset, useRoomStatus, useSignal, useTyping,
} from '../../src/index.js'
import { acted, show } from './render.js'
import { useRoomsStage } from './rooms-stage.js'

const stage = useRoomsStage()

/**
 * Collects what components are left with. React 18 renders twice under StrictMode with a memo each, and throws the first
 * away: a value is stable if it is so from commit to commit.
 */
function committed(): { add(value: unknown): void; readonly size: number } {
  const values = new Set<unknown>()
  return { add: (value) => void values.add(value), get size() { return values.size } }
}

describe('useRoomEvent', () => {
  it('hears every event of a burst once, in order, without a render', async () => {
    const { client, rooms } = stage()
    const heard: unknown[] = []
    const renders = vi.fn()
    function Listener(): ReactNode {
      renders()
      useRoomEvent(useRoom('chat:1'), 'message', (data, { offset }) => heard.push([data, offset]))
      return null
    }
    show(client, <Listener />)
    await acted()
    const before = renders.mock.calls.length
    await acted(() => {
      for (let n = 1; n <= 500; n++) rooms.room('chat:1').send('message', n)
    })
    expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => [n + 1, n + 1]))
    expect(renders.mock.calls.length).toBe(before)
  })

  it('calls the newest handler without listening anew', async () => {
    const { client, rooms } = stage()
    const heard: unknown[] = []
    const on = vi.spyOn(client.room('chat:1'), 'on')
    let bump!: () => void
    function Listener(): ReactNode {
      const [n, setN] = useState(0)
      bump = () => setN((count) => count + 1)
      useRoomEvent(useRoom('chat:1'), 'message', () => heard.push(n))
      return null
    }
    show(client, <Listener />)
    await acted()
    const listened = on.mock.calls.length
    act(bump)
    await acted(() => rooms.room('chat:1').send('message', 1))
    expect([heard, on.mock.calls.length]).toEqual([[1], listened])
  })
})

it('useRoomEvents hears all events as a union', async () => {
  const { client, rooms } = stage()
  const heard: unknown[] = []
  function Listener(): ReactNode {
    useRoomEvents(useRoom('chat:1'), (event) => heard.push([event.event, event.data, event.offset]))
    return null
  }
  show(client, <Listener />)
  await acted()
  await acted(() => {
    rooms.room('chat:1').send('message', 1)
    rooms.room('chat:1').send('edited', 2)
  })
  expect(heard).toEqual([['message', 1, 1], ['edited', 2, 2]])
})

it('useRoomReset hears when continuity broke', async () => {
  const { client, rooms } = stage()
  const heard: string[] = []
  function Listener(): ReactNode {
    useRoomReset(useRoom('chat:1'), (reason) => heard.push(reason))
    return null
  }
  show(client, <Listener />)
  await acted()
  await acted(() => rooms.room('chat:1').reset('fork'))
  expect(heard).toEqual(['fork'])
})

describe('useConnection', () => {
  it('shows phases, attempts and the next try', async () => {
    const { client, rooms, pass } = stage()
    function Banner(): ReactNode {
      useRoom('chat:1')
      const { status, attempt, retryAt, lost } = useConnection()
      return `${status} ${attempt} ${retryAt === null ? '-' : retryAt - Date.now()} ${lost}`
    }
    const { container } = show(client, <Banner />)
    expect(container.textContent).toBe('idle 0 - false')
    await acted()
    expect(container.textContent).toBe('connected 0 - false')
    await acted(() => rooms.down())
    expect(container.textContent).toBe('reconnecting 1 250 false')
    await acted(() => pass(5_000))
    expect(container.textContent).toMatch(/^reconnecting \d \d+ true$/)
  })

  it('renders only when the selected part changes', async () => {
    const { client, rooms } = stage()
    const renders = vi.fn()
    function Queue(): ReactNode {
      const room = useRoom('chat:1')
      const publish = usePublish(room, 'message')
      return <><Lost /><button type="button" onClick={() => void publish('x')}>send</button></>
    }
    function Lost(): ReactNode {
      renders()
      return String(useConnection(({ lost }) => lost))
    }
    show(client, <Queue />)
    await acted()
    const before = renders.mock.calls.length
    await acted(() => fireEvent.click(screen.getByText('send')))
    expect([renders.mock.calls.length, rooms.received('publish').length]).toEqual([before, 1])
  })
})

describe('usePresence', () => {
  it('renders only when the selected part changes, by the given equality', async () => {
    const { client, rooms } = stage()
    const renders = vi.fn()
    function Names(): ReactNode {
      renders()
      const names = usePresence(useRoom('chat:1'), ({ members }) => members.map(({ user }) => user), (a, b) => a.join() === b.join())
      return names.join()
    }
    const { container } = show(client, <Names />)
    await acted()
    const before = renders.mock.calls.length
    await acted(() => rooms.room('chat:1').join('ana'))
    expect([container.textContent, renders.mock.calls.length]).toEqual(['ana', before])
    await acted(() => rooms.room('chat:1').join('bo'))
    expect(container.textContent).toBe('ana,bo')
  })

  it('takes a selector that makes a new object each time', async () => {
    const { client, rooms } = stage()
    const renders = vi.fn()
    function Names({ prefix }: { prefix: string }): ReactNode {
      renders()
      const { status } = useConnection(({ status }) => ({ status }))
      return `${usePresence(useRoom('chat:1'), ({ members }) => members.map(({ user }) => prefix + user)).join()} ${status}`
    }
    const { container, again } = show(client, <Names prefix="" />)
    await acted()
    await acted(() => rooms.room('chat:1').join('bo'))
    expect(container.textContent).toBe('ana,bo connected')
    again(<Names prefix="@" />)
    expect(container.textContent).toBe('@ana,@bo connected')
    const before = renders.mock.calls.length
    await acted()
    expect(renders.mock.calls.length).toBe(before)
  })

  it('follows the room', async () => {
    const { client, rooms } = stage()
    rooms.room('chat:2').join('bo')
    function Size({ name }: { name: string }): ReactNode {
      return usePresence(useRoom(name), ({ size }) => size)
    }
    const { container, again } = show(client, <Size name="chat:1" />)
    await acted()
    expect(container.textContent).toBe('1')
    again(<Size name="chat:2" />)
    await acted()
    expect(container.textContent).toBe('2')
  })
})

it('useMyPresence shows the own state at once and tells it to others', async () => {
  const { client, rooms } = stage()
  let patch!: (patch: object) => void
  const patches = committed()
  function Me(): ReactNode {
    const [mine, set] = useMyPresence(useRoom('chat:1', { state: { status: 'here' } }))
    patch = set
    useEffect(() => patches.add(set))
    return JSON.stringify(mine)
  }
  const { container } = show(client, <Me />)
  await acted()
  expect(container.textContent).toBe('{"status":"here"}')
  act(() => patch({ status: 'away' }))
  expect(container.textContent).toBe('{"status":"away"}')
  await acted()
  expect([rooms.room('chat:1').members()[0]!.state, patches.size]).toEqual([{ status: 'away' }, 1])
})

it('useTyping says what the field holds, and stops on empty, blur, send and unmount', async () => {
  const { client, rooms } = stage()
  function Field(): ReactNode {
    const { typing, onInput, onBlur, stop } = useTyping(useRoom('chat:1'))
    return <><input onInput={onInput} onBlur={onBlur} /><button type="button" onClick={stop}>send</button><p>{typing.map(({ user }) => user).join()}</p></>
  }
  rooms.room('chat:1').join('bo')
  const { unmount } = show(client, <Field />)
  await acted()
  const input = screen.getByRole('textbox')
  const said = (): boolean[] => rooms.received('typing').map(({ on }) => on)
  const type = (value: string): Promise<void> => acted(() => fireEvent.input(input, { target: { value } }))
  await type('h')
  await type('hi')
  expect(said()).toEqual([true])
  await type('')
  expect(said()).toEqual([true, false])
  await type('x')
  await acted(() => fireEvent.blur(input))
  expect(said()).toEqual([true, false, true, false])
  await type('xy')
  await acted(() => fireEvent.click(screen.getByText('send')))
  expect(said()).toEqual([true, false, true, false, true, false])
  await type('xyz')
  await acted(() => rooms.room('chat:1').typing('bo'))
  expect(screen.getByText('bo')).toBeTruthy()
  unmount()
  await acted()
  expect(said().at(-1)).toBe(false)
})

it('useSignal sends and hears', async () => {
  const { client, rooms } = stage()
  const heard: unknown[] = []
  let point!: (data: unknown) => void
  function Pointer(): ReactNode {
    point = useSignal(useRoom('chat:1'), 'cursor', (data, { from }) => heard.push([data, from]))
    return null
  }
  show(client, <Pointer />)
  await acted()
  await acted(() => {
    point({ x: 1 })
    rooms.room('chat:1').signal('cursor', { x: 2 }, { from: 'bo' })
  })
  expect([heard, rooms.received('signal').map(({ data }) => data)]).toEqual([[[{ x: 2 }, 'bo']], [{ x: 1 }]])
})

it('useSignal without a handler does not hold the room', async () => {
  const { client, rooms } = stage()
  const room = client.room('chat:1')
  function Sender(): ReactNode {
    useSignal(room, 'cursor')
    return null
  }
  show(client, <Sender />)
  await acted()
  expect(rooms.opened).toBe(0)
})

it('useGrants shows what the server granted', async () => {
  const { client, rooms } = stage()
  rooms.room('chat:1').grant({ publish: ['message'], signal: ['cursor'] })
  function Grants(): ReactNode {
    const { publish, presence } = useGrants(useRoom('chat:1'))
    return `${publish.join()} ${presence}`
  }
  const { container } = show(client, <Grants />)
  expect(container.textContent).toBe(' false')
  await acted()
  expect(container.textContent).toBe('message true')
})

it('usePublish is stable, takes an id, and ignores what is not meant for it', async () => {
  const { client, rooms } = stage()
  const functions = committed()
  let publish!: ReturnType<typeof usePublish>
  function Sender(): ReactNode {
    const room = useRoom('chat:1')
    useRoomStatus(room)
    publish = usePublish(room, 'message')
    useEffect(() => functions.add(publish))
    return null
  }
  show(client, <Sender />)
  await acted()
  await publish('a', { id: 'mine' })
  await publish('b', { client: {} })
  expect([functions.size, rooms.received('publish').map(({ data, id }) => [data, id === 'mine'])]).toEqual([1, [['a', true], ['b', false]]])
})
