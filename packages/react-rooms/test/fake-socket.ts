import { joinBatch, splitBatch, type ClientFrame, type ServerFrame } from 'rooms-protocol'

/** The server's end of a fake socket. */
export interface ServerEnd {
  opened(socket: FakeSocket): void
  received(socket: FakeSocket, frame: ClientFrame): void
  closed(socket: FakeSocket): void
}

/** A WebSocket with the server inside the process. Everything it does, it does in microtasks, in order. */
export class FakeSocket {
  onopen: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: ((event: unknown) => void) | null = null
  readyState = 0
  protocol = 'rooms.v1'
  readonly url: URL
  readonly protocols: readonly string[]
  /** Cut without a FIN: nothing passes either way, and `close` is never answered. */
  halfOpen = false
  /** WebSocket messages the client sent, each with its objects. */
  readonly messages: string[] = []
  /** With which code the client closed; null while it did not. */
  closedByClient: number | null = null
  connection = ''
  user = ''
  readonly rooms = new Set<string>()
  readonly #server: ServerEnd
  #outgoing: string[] = []

  constructor(server: ServerEnd, url: string, protocols: readonly string[]) {
    this.#server = server
    this.url = new URL(url)
    this.protocols = protocols
  }

  /** Lets the client see the socket open. */
  open(): void {
    if (this.readyState !== 0) return
    this.readyState = 1
    this.onopen?.({})
    this.#server.opened(this)
  }

  send(text: string): void {
    if (this.readyState === 0) throw new Error('the fake socket is not open')
    // As the platform: after the end, what is sent goes nowhere.
    if (this.halfOpen || this.readyState !== 1) return
    this.messages.push(text)
    for (const line of splitBatch(text)) queueMicrotask(() => this.readyState < 3 && this.#server.received(this, JSON.parse(line) as ClientFrame))
  }

  close(code = 1005): void {
    this.closedByClient ??= code
    if (this.halfOpen || this.readyState >= 2) return
    this.readyState = 2
    queueMicrotask(() => this.end(code, ''))
  }

  /** The server writes: objects of one tick leave as one message. */
  write(...frames: readonly ServerFrame[]): void {
    if (this.#outgoing.length === 0) queueMicrotask(() => this.#flush())
    this.#outgoing.push(...frames.map((frame) => JSON.stringify(frame)))
  }

  /** The server, or the network, ends it; what was written before arrives first. */
  end(code: number, reason: string): void {
    if (this.readyState === 3) return
    this.#flush()
    this.readyState = 3
    this.#server.closed(this)
    if (!this.halfOpen) this.onclose?.({ code, reason })
  }

  #flush(): void {
    const lines = this.#outgoing
    this.#outgoing = []
    if (lines.length > 0 && this.readyState === 1 && !this.halfOpen) this.onmessage?.({ data: joinBatch(lines) })
  }
}
