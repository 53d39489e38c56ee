import type { ReactNode } from 'react'
import {
  RoomsProvider, useConnection, useGrants, useMyPresence, usePolling, usePresence, usePublish, useRoom, useRoomEvent, useRoomEvents, useRoomReset,
  useRoomStatus, useSignal, useSSE, useTyping, type RoomsClient, type SSEOptions,
} from '../../src/index.js'

export interface Outside {
  readonly client: RoomsClient
  /** Default `chat:1`. */
  readonly name?: string
  /** Where `useSSE` asks. */
  readonly fetch: NonNullable<SSEOptions['fetch']>
  /** What `usePolling` calls. */
  readonly poll: (context: { signal: AbortSignal }) => Promise<unknown>
  /** Told of each event of the room. */
  readonly heard?: (data: unknown) => void
}

/** An app that uses every hook at once, and shows what they give as one line; then its children. */
export function WholeApp({ client, children, ...outside }: Outside & { children?: ReactNode }): ReactNode {
  return <RoomsProvider client={client}><Page {...outside} />{children}</RoomsProvider>
}

function Page({ name = 'chat:1', fetch, poll, heard }: Omit<Outside, 'client'>): ReactNode {
  const room = useRoom(name, { presence: true, state: { status: 'here' } })
  const status = useRoomStatus(room)
  const { status: connection, transport } = useConnection()
  useRoomEvent(room, 'message', (data) => heard?.(data))
  useRoomEvents(room, () => {})
  useRoomReset(room, () => {})
  usePublish(room, 'message')
  useSignal(room, 'cursor', () => {})
  const { publish } = useGrants(room)
  const { members, synced } = usePresence(room)
  const [mine] = useMyPresence(room)
  const { typing, onInput, onBlur } = useTyping(room)
  const { data: tick, connected } = useSSE<number>('/ticks', { fetch })
  const { data: jobs, loading } = usePolling(poll, { intervalMs: 1_000 })
  const shown = [
    status, connection, String(transport), publish.join('+'), members.map(({ user }) => user).join('+'), synced, JSON.stringify(mine),
    typing.length, tick ?? '-', connected, String(jobs ?? '-'), loading,
  ]
  return <p>{shown.join(' ')}<input onInput={onInput} onBlur={onBlur} /></p>
}

/** What it shows before anything happened, on a server too. */
export const NOTHING_YET = 'joining idle null   false null 0 - false - true'
