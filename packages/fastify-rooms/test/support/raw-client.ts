import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { type AckFrame, type ClientFrame, type ErrorFrame, parseServerBatch, type ServerFrame, SUBPROTOCOL } from 'rooms-protocol'

/** How long a test waits for what must come. */
const WAIT_MS = 4_000

type FrameOf<T extends string> = Extract<ServerFrame, { type: T }>
export interface Closed { readonly code: number; readonly reason: string }
export interface RawOptions extends Omit<ClientOptions, 'protocol'> {
  token?: string
  /** Default `rooms.v1`; none for `null`. */
  protocol?: string | null
  /** Further subprotocols to offer. */
  also?: readonly string[]
}

/** A `ws` client that keeps every message, so that nothing is missed between two awaits. */
export class RawClient {
  readonly socket: WebSocket
  /** WebSocket messages as they came. */
  readonly messages: string[] = []
  readonly frames: ServerFrame[] = []
  readonly closed: Promise<Closed>
  readonly #opened: Promise<void>
  #untaken: ServerFrame[] = []
  #waiting: (() => void)[] = []
  #ended = false
  #publishes = 0
  constructor(url: string, { token, protocol = SUBPROTOCOL, also = [], ...options }: RawOptions = {}) {
    const protocols = [...(protocol === null ? [] : [protocol]), ...(token === undefined ? [] : [`bearer.${token}`]), ...also]
    this.socket = new WebSocket(url, protocols, options)
    this.socket.on('message', (data) => this.#take((data as Buffer).toString()))
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      this.#ended = true
      this.#wake()
    }))
    this.#opened = new Promise((resolve, reject) => {
      this.socket.on('open', () => resolve())
      this.socket.on('error', reject)
    })
    this.#opened.catch(() => {})
    onTestFinished(() => this.socket.terminate())
  }

  /** Resolves with the client when the upgrade succeeded. */
  async opened(): Promise<this> {
    await this.#opened
    return this
  }

  send(...frames: readonly (ClientFrame | string)[]): void {
    this.socket.send(frames.map((frame) => (typeof frame === 'string' ? frame : JSON.stringify(frame))).join('\n'))
  }

  /** The next frame not taken yet of that type and, if given, with that property. */
  async next<T extends ServerFrame['type']>(type: T, wanted: (frame: FrameOf<T>) => boolean = () => true): Promise<FrameOf<T>> {
    return (await this.#await(type, (frame) => frame.type === type && wanted(frame as FrameOf<T>))) as FrameOf<T>
  }

  /** Publishes with an id and resolves with the answer. */
  async publish(event: string, data: unknown, { id = `p-${++this.#publishes}`, room }: { id?: string; room?: string } = {}): Promise<AckFrame | ErrorFrame> {
    this.send({ type: 'publish', event, data, id, ...(room === undefined ? {} : { room }) })
    return (await this.#await(`answer to ${id}`, (frame) => (frame.type === 'ack' || frame.type === 'error') && frame.id === id)) as AckFrame | ErrorFrame
  }

  /** Resolves once the server has dealt with everything sent so far: its `pong` is the last frame. */
  async settled(): Promise<void> {
    this.send({ type: 'ping' })
    await this.next('pong')
  }

  ofType<T extends ServerFrame['type']>(type: T): FrameOf<T>[] {
    return this.frames.filter((frame): frame is FrameOf<T> => frame.type === type)
  }

  #take(message: string): void {
    this.messages.push(message)
    const frames = parseServerBatch(message)
    this.frames.push(...frames)
    this.#untaken.push(...frames)
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  async #await(what: string, wanted: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const at = this.#untaken.findIndex(wanted)
      if (at >= 0) return this.#untaken.splice(at, 1)[0]!
      if (deadline.aborted || this.#ended) throw new Error(`no ${what}${this.#ended ? ' before the end' : ''}; untaken: ${JSON.stringify(this.#untaken).slice(0, 2_000)}`)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        deadline.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }
}

/** The status of an upgrade that is refused over HTTP, and its body. */
export function refusedUpgrade(url: string, options: ClientOptions & { protocols?: string[] } = {}): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options.protocols ?? [], options)
    socket.on('error', reject)
    socket.on('open', () => {
      socket.terminate()
      reject(new Error('the upgrade was accepted'))
    })
    socket.on('unexpected-response', (request, response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => { body += chunk.toString() })
      response.on('end', () => {
        request.destroy()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
  })
}
