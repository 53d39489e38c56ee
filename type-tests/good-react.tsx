import { EventStreamError, UnauthorizedError, useConnection, useGrants, usePolling, useRoom, useRoomReset, useSSE, useTyping, type ConnectionStatus } from 'react-rooms'

type Load = { cpu: number; at: string }
type Job = { id: string; done: boolean }
declare const load: (signal: AbortSignal) => Promise<Job[]>
declare const auth: { token(reason: string, signal: AbortSignal): Promise<string | null> }

export function Good({ id }: { id: string | null }) {
  const { data, error, connected, retry } = useSSE<Load>('/load', { event: 'load', getToken: ({ reason, signal }) => auth.token(reason, signal), onEvent: (newest, meta) => void `${newest.cpu} ${meta.id}` })
  data?.cpu satisfies number | undefined
  connected satisfies boolean
  if (error instanceof EventStreamError) error.code satisfies 'network' | 'bad_status' | 'bad_type' | 'bad_data'
  if (error instanceof UnauthorizedError) retry()
  // The type of data follows parse.
  useSSE(id && `/orders/${id}`, { parse: (text) => Number(text), fetch: (url, init) => fetch(url, { ...init, credentials: 'include' }) }).data satisfies number | undefined
  useSSE(null).data satisfies unknown

  const jobs = usePolling(({ signal }) => load(signal), { intervalMs: 1_000, maxIntervalMs: 30_000, enabled: id !== null, pauseHidden: false, onError: (reason) => void (reason satisfies unknown) })
  jobs.data satisfies Job[] | undefined
  jobs.refresh() satisfies Promise<void>
  usePolling(() => 1).data satisfies number | undefined

  const room = useRoom('chat:lobby', { presence: true, rewind: 20, state: { status: 'here' } })
  useRoomReset(room, (reason) => void reason.length)
  useGrants(room).publish satisfies readonly ('message' | 'message.read')[]
  const status = useConnection((connection) => connection.status)
  status satisfies ConnectionStatus
  const { onBlur, stop, onInput } = useTyping(room)
  return <textarea onChange={onInput} onBlur={onBlur} onSubmit={stop} title={jobs.loading ? 'loading' : status} />
}
