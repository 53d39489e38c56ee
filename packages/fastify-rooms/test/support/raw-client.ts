import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { type AckFrame, type ClientFrame, type ErrorFrame, parseServerBatch, type ServerFrame, SUBPROTOCOL } from 'rooms-protocol'
import { WAIT_MS } from './eventually.js'

type FrameOf<T extends string> = Extract<ServerFrame, { type: T }>
export interface Closed { readonly code: number; readonly reason: string }
export interface RawOptions extends Omit<ClientOptions, 'protocol'> {
  token?: string
  /** Default `rooms.v1`; none for `null`. */
  protocol?: string | null
  /** Further subprotocols to offer. */
  also?: readonly string[]
}

interface Waiting {
  readonly wanted: (frame: ServerFrame) => boolean
  readonly resolve: (frame: ServerFrame) => void
  readonly fail: () => void
}

/** A `ws` client that keeps every message, so that nothing is missed between two awaits. */
export class RawClient {
  readonly socket: WebSocket
  /** WebSocket messages as they came. */
  readonly messages: string[] = []
  readonly frames: ServerFrame[] = []
  readonly closed: Promise<Closed>
  readonly #opened: Promise<void>
  readonly #untaken: ServerFrame[] = []
  #waiting: Waiting[] = []
  #ended = false
  #publishes = 0
  constructor(url: string, { token, protocol = SUBPROTOCOL, also = [], ...options }: RawOptions = {}) {
    // Without a protocol to select, an offered token would fail the handshake.
    const bearer = token === undefined || protocol === null ? [] : [`bearer.${token}`]
    const headers = token === undefined || protocol !== null ? options.headers : { ...options.headers, authorization: `Bearer ${token}` }
    this.socket = new WebSocket(url, [...(protocol === null ? [] : [protocol]), ...bearer, ...also], { ...options, ...(headers === undefined ? {} : { headers }) })
    this.socket.on('message', (data) => this.#take((data as Buffer).toString()))
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      this.#ended = true
      for (const { fail } of this.#waiting.splice(0)) fail()
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
    for (const frame of parseServerBatch(message)) {
      this.frames.push(frame)
      const at = this.#waiting.findIndex(({ wanted }) => wanted(frame))
      if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(frame)
      else this.#untaken.push(frame)
    }
  }

  #await(what: string, wanted: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    const at = this.#untaken.findIndex(wanted)
    if (at >= 0) return Promise.resolve(this.#untaken.splice(at, 1)[0]!)
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`no ${what} ${why}; untaken: ${JSON.stringify(this.#untaken).slice(0, 1_000)}`))
      if (this.#ended) return fail('before the end')
      const timer = setTimeout(() => fail(`within ${WAIT_MS} ms`), WAIT_MS)
      this.#waiting.push({
        wanted,
        resolve: (frame) => {
          clearTimeout(timer)
          resolve(frame)
        },
        fail: () => {
          clearTimeout(timer)
          fail('before the end')
        },
      })
    })
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
