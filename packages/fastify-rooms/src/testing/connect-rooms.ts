import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { type AckFrame, type ClientFrame, encodeFrame, type ErrorFrame, type EventFrame, type JoinedFrame, parseServerBatch, type ServerFrame, SUBPROTOCOL, type WelcomeFrame } from 'rooms-protocol'
import type { WebSocket } from 'ws'

/** How long a test waits for a frame: as long as may be before Vitest and Jest give a test up, which tells nothing. */
const WAIT_MS = 4_000

export interface ConnectOptions {
  /** Sent as a bearer subprotocol, as browsers do. */
  token?: string
  /** Binds the connection to a room (`/ws/:room`); without it the connection is at `/ws` and joins by `send`. */
  room?: string
  position?: string
  rewind?: number
  headers?: Record<string, string>
  /** The plugin's `prefix`. */
  prefix?: string
}

type FrameOf<T extends string> = Extract<ServerFrame, { type: T }>

/** One client in a test. Every frame is kept until a `next…` takes it, so that nothing is missed between two awaits. */
export interface TestConnection {
  readonly connection: string
  readonly welcome: WelcomeFrame
  /** Of the bound room; `undefined` without one. */
  readonly joined: JoinedFrame | undefined
  /** Every frame so far, oldest first. */
  readonly frames: readonly ServerFrame[]
  /** The next event of that name: rejects after 4 s, telling what came instead. */
  next(event: string): Promise<EventFrame>
  /** The next frame of that type. */
  nextFrame<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>>
  send(frame: ClientFrame): void
  /** Publishes into the bound room, or the one named; resolves with `ack`, or `error`. */
  publish(event: string, data: unknown, options?: { id?: string; room?: string }): Promise<AckFrame | ErrorFrame>
  /** Resolves with the code when the server, or `close`, has ended the connection. */
  readonly closed: Promise<number>
  close(): Promise<number>
}

/**
 * Connects to an application without a port. Rejects with the server's `bye` when it is refused.
 * @example
 * const ana = await connectRooms(app, { token, room: 'user:ana' })
 * await app.inject({ method: 'POST', url: '/orders/1/status', payload: { status: 'paid' }, headers })
 * expect((await ana.next('order.updated')).data).toMatchObject({ status: 'paid' })
 */
export async function connectRooms(app: FastifyInstance, options: ConnectOptions = {}): Promise<TestConnection> {
  await app.ready()
  const client = new InjectedConnection()
  const query = new URLSearchParams({ v: '1', ...(options.position === undefined ? {} : { position: options.position }), ...(options.rewind === undefined ? {} : { rewind: String(options.rewind) }) })
  const path = `${options.prefix ?? ''}/ws${options.room === undefined ? '' : `/${encodeURIComponent(options.room)}`}?${query}`
  const protocols = [SUBPROTOCOL, ...(options.token === undefined ? [] : [`bearer.${options.token}`])].join(', ')
  // Injected upgrades have no socket; Fastify's request logging asks for its address.
  const context = { headers: { host: 'localhost', 'sec-websocket-protocol': protocols, ...options.headers }, socket: { remoteAddress: '127.0.0.1', remotePort: 0 } }
  let stream: Duplex | undefined
  app.server.prependOnceListener('upgrade', (_request, socket) => { stream = socket })
  await app.injectWS(path, context as never, { onInit: (socket) => client.attach(socket) })
  // The injected stream is not destroyed by the closing handshake, and the server would wait for it.
  void client.closed.then(() => stream?.destroy())
  return client.opened(options.room)
}

class InjectedConnection implements TestConnection {
  readonly frames: ServerFrame[] = []
  readonly closed: Promise<number>
  joined: JoinedFrame | undefined
  #welcome: WelcomeFrame | undefined
  #socket: WebSocket | undefined
  #untaken: ServerFrame[] = []
  #arrived: (() => void)[] = []
  #resolveClosed: (code: number) => void = () => {}
  #publishes = 0
  constructor() {
    this.closed = new Promise((resolve) => { this.#resolveClosed = resolve })
  }

  get connection(): string { return this.welcome.connection }
  get welcome(): WelcomeFrame { return this.#welcome! }

  attach(socket: WebSocket): void {
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const frames = parseServerBatch(data.toString())
      this.frames.push(...frames)
      this.#untaken.push(...frames)
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', (code: number) => {
      this.#resolveClosed(code)
      this.#wake()
    })
  }

  async opened(room: string | undefined): Promise<this> {
    const first = await this.#take('welcome or bye', (frame) => frame.type === 'welcome' || frame.type === 'bye')
    if (first.type === 'welcome') this.#welcome = first
    const second = first.type === 'welcome' && room !== undefined ? await this.#take('joined or bye', (frame) => frame.type === 'joined' || frame.type === 'bye') : first
    if (second.type === 'bye') throw Object.assign(new Error(`refused with ${second.code}: ${second.reason}`), second)
    if (second.type === 'joined') this.joined = second
    return this
  }

  async next(event: string): Promise<EventFrame> {
    return (await this.#take(`event '${event}'`, (frame) => frame.type === 'event' && frame.event === event)) as EventFrame
  }

  async nextFrame<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    return (await this.#take(type, (frame) => frame.type === type)) as FrameOf<T>
  }

  send(frame: ClientFrame): void {
    this.#socket!.send(encodeFrame(frame))
  }

  async publish(event: string, data: unknown, { id = `test-${++this.#publishes}`, room }: { id?: string; room?: string } = {}): Promise<AckFrame | ErrorFrame> {
    this.send({ type: 'publish', event, data, id, ...(room === undefined ? {} : { room }) })
    return (await this.#take(`the answer to '${id}'`, (frame) => (frame.type === 'ack' || frame.type === 'error') && frame.id === id)) as AckFrame | ErrorFrame
  }

  close(): Promise<number> {
    this.#socket!.close(1000)
    return this.closed
  }

  async #take(what: string, wanted: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const at = this.#untaken.findIndex(wanted)
      if (at >= 0) return this.#untaken.splice(at, 1)[0]!
      if (deadline.aborted) throw new Error(`no ${what} within ${WAIT_MS} ms; untaken frames: ${JSON.stringify(this.#untaken)}`)
      await this.#arrival(deadline)
    }
  }

  async #arrival(deadline: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#arrived.push(resolve)
      deadline.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #wake(): void {
    for (const resolve of this.#arrived.splice(0)) resolve()
  }
}
