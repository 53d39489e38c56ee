import type { ServerFrame } from 'rooms-protocol'
import { onTestFinished, vi } from 'vitest'
import type { RoomsClientOptions } from '../../../src/client/index.js'
import { internalsOf } from '../../../src/client/rooms-client.js'
import { openFallback } from '../../../src/client/transports/fallback.js'
import type { Link } from '../../../src/client/transports/transport.js'
import type { useStage } from '../../stage.js'

/** One request of the client. The test answers it, or lets it fail, when it likes. */
export class Exchange {
  readonly url: URL
  readonly init: RequestInit
  state: 'open' | 'streaming' | 'over' | 'aborted' = 'open'
  readonly #settle: { resolve: (response: Response) => void; reject: (error: unknown) => void }
  #stream!: ReadableStreamDefaultController<Uint8Array>

  constructor(url: URL, init: RequestInit, settle: { resolve: (response: Response) => void; reject: (error: unknown) => void }) {
    this.url = url
    this.init = init
    this.#settle = settle
    const abort = (): void => {
      const error = new DOMException('aborted', 'AbortError')
      if (this.state === 'open') settle.reject(error)
      if (this.state === 'streaming') this.#stream.error(error)
      if (this.state !== 'over') this.state = 'aborted'
    }
    if (init.signal?.aborted) abort()
    init.signal?.addEventListener('abort', abort)
  }
  get body(): { rooms: Record<string, string | null>; connection?: string; waitMs: number } {
    return JSON.parse(this.init.body as string)
  }
  /** What a post says. */
  get objects(): { type: string; id?: string; data?: unknown; state?: unknown }[] {
    return JSON.parse(this.init.body as string)
  }
  header(name: string): string | null {
    return new Headers(this.init.headers).get(name)
  }
  answer(body: unknown, status = 200): void {
    this.state = 'over'
    this.#settle.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }))
  }
  /** The network, at the request or in the midst of an answer. */
  fail(): void {
    const error = new TypeError('network')
    if (this.state === 'streaming') this.#stream.error(error)
    else this.#settle.reject(error)
    this.state = 'over'
  }
  /** Begins an event stream, or goes on with it. */
  stream(...frames: object[]): void {
    this.streamHeldBack(...frames, { type: 'ping' })
  }
  /** The same behind a proxy that lets only large pieces through: the server's `ping` is not among them. */
  streamHeldBack(...frames: object[]): void {
    if (this.state === 'open') {
      this.state = 'streaming'
      const body = new ReadableStream<Uint8Array>({ start: (controller) => { this.#stream = controller } })
      this.#settle.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
    }
    const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')
    this.#stream.enqueue(new TextEncoder().encode(`:\n\n${text}`))
  }
  end(): void {
    this.state = 'over'
    this.#stream.close()
  }
}

export interface Http {
  readonly requests: Exchange[]
  /** Requests whose path begins so, the newest last. */
  to(path: string): Exchange[]
  /** The newest of them. */
  last(path: string): Exchange
  /** Those that the client still waits for. */
  open(path: string): Exchange[]
}

/** Takes the place of `fetch` until the test ends. */
export function useHttp(): Http {
  const requests: Exchange[] = []
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) => new Promise<Response>((resolve, reject) => {
    requests.push(new Exchange(url, init, { resolve, reject }))
  }))
  onTestFinished(() => void vi.unstubAllGlobals())
  const to = (path: string): Exchange[] => requests.filter(({ url }) => decodeURIComponent(url.pathname).startsWith(path))
  return { requests, to, last: (path) => to(path).at(-1)!, open: (path) => to(path).filter(({ state }) => state === 'open' || state === 'streaming') }
}

/** A client over a way in that is not WebSocket, between a test and its `fetch`. */
export function overHttp(stage: ReturnType<typeof useStage>, transport: 'sse' | 'poll', options: Partial<RoomsClientOptions> = {}) {
  const http = useHttp()
  const { client, pass } = stage({ transports: [transport], getToken: () => 'ana', ...options })
  internalsOf(client).settings.open = (...session) => {
    const link: Link = { transport, send() {} }
    openFallback(link, ...session)
    return link
  }
  return { http, client, pass }
}

export function welcome(fields: { connection?: string; user?: string; expiresAt?: number; pingMs?: number; batchBytes?: number; messagesPerSecond?: number } = {}): ServerFrame {
  const { batchBytes = 262_144, messagesPerSecond = 50, ...rest } = fields
  return {
    type: 'welcome', protocol: 'rooms.v1', connection: 'c1', user: 'ana', now: Date.now(), pingMs: 25_000, features: [],
    limits: { messageBytes: 65_536, batchBytes, messagesPerSecond, rooms: 100, members: 200, stateBytes: 1_024 }, ...rest,
  }
}
export function joined(room: string, offset = 0, fields: { recovered?: boolean; replay?: number } = {}): ServerFrame {
  return {
    type: 'joined', room, position: positionAt(offset), replay: 0, members: [], size: 0, typing: [], grants: { publish: ['*'], signal: ['*'], presence: true, history: true }, ...fields,
  }
}
export function event(room: string, offset: number, data: unknown = offset): ServerFrame {
  return { type: 'event', room, event: 'message', data, offset, tag: tagAt(offset), id: `e${offset}`, at: 0 }
}
export const positionAt = (offset: number): string => `E:${offset}:${tagAt(offset)}`
const tagAt = (offset: number): string => (offset === 0 ? '-' : `tag${String(offset).padStart(5, '0')}`)

/** The answer to a poll that stands at `offset` in each of these rooms. */
export function answer(messages: ServerFrame[], rooms: Record<string, number>, connection = 'c1'): object {
  return {
    messages, connection, positions: Object.fromEntries(Object.entries(rooms).map(([room, offset]) => [room, positionAt(offset)])),
    presence: Object.fromEntries(Object.keys(rooms).map((room) => [room, 1])),
  }
}
