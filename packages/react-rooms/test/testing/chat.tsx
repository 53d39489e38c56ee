import { cleanup, fireEvent, render, type RenderResult } from '@testing-library/react'
import { StrictMode, useState, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, vi, type MockInstance } from 'vitest'
import { RoomsProvider, useConnection, useGrants, useMyPresence, usePresence, usePublish, useRoom, useRoomEvent, useRoomReset, useRoomStatus, useSignal, useTyping } from '../../src/index.js'
import { createMockRooms, type MockRoom, type MockRooms, type MockRoomsOptions } from '../../src/testing/index.js'

interface Message { readonly id: string; readonly text: string }

/** What an application would write: everything a person sees is text. */
export function Chat({ id }: { id: string }): ReactNode {
  const room = useRoom(`chat:${id}`)
  const [lines, setLines] = useState<readonly string[]>([])
  const [outgoing, setOutgoing] = useState('')
  const [draft, setDraft] = useState('')
  const [cursor, setCursor] = useState('nowhere')
  const [mine, patch] = useMyPresence(room)
  useRoomEvent(room, 'message', (data, { offset, replayed }) => setLines((before) => [...before, `${offset}${replayed ? 'r' : ''}:${(data as Message).text}`]))
  useRoomReset(room, (reason) => setLines((before) => [...before, `reset ${reason}`]))
  const point = useSignal(room, 'cursor', (data, { from }) => setCursor(`${from} ${String(data)}`))
  const { members, size } = usePresence(room)
  const { typing, onInput } = useTyping(room)
  const { publish: mayPublish } = useGrants(room)
  const publish = usePublish(room, 'message')
  const { status, lost } = useConnection()
  const send = async (): Promise<void> => {
    setOutgoing('sending')
    try {
      const { position } = await publish({ text: draft })
      setOutgoing(position === undefined ? 'done' : 'sent')
    } catch (error) {
      setOutgoing((error as { code: string }).code)
    }
  }
  return (
    <>
      <p aria-label="status">{useRoomStatus(room)}</p>
      <p aria-label="connection">{status}{lost && ' lost'}</p>
      <p aria-label="lines">{lines.join(' ')}</p>
      <p aria-label="here">{members.map(({ user, state }) => (state === null ? user : `${user}(${JSON.stringify(state)})`)).join(' ')} of {size}</p>
      <p aria-label="typing">{typing.map(({ user }) => user).join(' ')}</p>
      <p aria-label="cursor">{cursor}</p>
      <p aria-label="may">{mayPublish.join(' ')}</p>
      <p aria-label="mine">{JSON.stringify(mine)}</p>
      <input aria-label="draft" value={draft} onInput={onInput} onChange={(event) => setDraft(event.target.value)} />
      <button onClick={() => void send()}>send</button>
      <button onClick={() => patch({ away: true })}>away</button>
      <button onClick={() => point('here')}>point</button>
      <p aria-label="outgoing">{outgoing}</p>
    </>
  )
}

/** Puts each test of a file on mock rooms, and lets none pass in which React complained. */
export function useMockRooms(): (options?: MockRoomsOptions) => MockRooms {
  const all: MockRooms[] = []
  let complaints: MockInstance
  beforeEach(() => {
    // As Testing Library sets it where the test runner's functions are global.
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    complaints = vi.spyOn(console, 'error')
  })
  afterEach(async () => {
    cleanup()
    for (const rooms of all.splice(0)) await rooms.close()
    const { calls } = complaints.mock
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    expect(calls).toEqual([])
  })
  return (options) => {
    const rooms = createMockRooms(options)
    all.push(rooms)
    return rooms
  }
}

/** Renders under StrictMode. */
export function show(rooms: MockRooms, children: ReactNode): Shown {
  const result = render(<StrictMode><RoomsProvider client={rooms.client}>{children}</RoomsProvider></StrictMode>)
  return { ...result, text: (label) => result.getByLabelText(label).textContent }
}

export interface Shown extends RenderResult {
  /** What stands under a label. */
  text(label: string): string | null
}

/** A chat that is live, the server's hand in it, and ways to say something in it from either side. */
export interface LiveChat extends Shown {
  readonly room: MockRoom
  send(text: string): void
  say(text: string): void
}

export async function liveChat(rooms: MockRooms): Promise<LiveChat> {
  const shown = show(rooms, <Chat id="1" />)
  await rooms.flush()
  const room = rooms.room('chat:1')
  const send = (text: string): void => void room.send('message', { text })
  const say = (text: string): void => {
    fireEvent.change(shown.getByLabelText('draft'), { target: { value: text } })
    fireEvent.click(shown.getByText('send'))
  }
  return { ...shown, room, send, say }
}
