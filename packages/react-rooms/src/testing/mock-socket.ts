import { encodeFrame, joinBatch, splitBatch, type ServerFrame } from 'rooms-protocol'
import type { WebSocketLike } from '../client/options.js'
import { acted } from './acting.js'

/** The server's end of every mock socket. */
export interface SocketEnd {
  /** A client asks for it: answer with `open` or `end`. */
  arrived(socket: MockSocket): void
  /** The client sent an object. */
  received(socket: MockSocket, text: string): void
  /** It ended, from whichever side. */
  closed(socket: MockSocket): void
  /** What the client is to get, in the order in which it is to get it. */
  ordered(frames: readonly ServerFrame[]): readonly ServerFrame[]
  /** Something is about to pass, either way; says whether it may. */
  moves(): boolean
}

type Outgoing = ServerFrame | { readonly type: 'close'; readonly code: number }

/** A WebSocket whose server is in the test. Everything passes in microtasks and in order; what one turn wrote is one message. */
export class MockSocket implements WebSocketLike {
  onopen: ((event: object) => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: ((event: object) => void) | null = null
  readonly protocol = 'rooms.v1'
  readonly url: URL
  readonly protocols: readonly string[]
  readonly #end: SocketEnd
  #state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting'
  /** Dead without a word: nothing passes, and a close is never answered. */
  #mute = false
  #outgoing: Outgoing[] = []
  /** Its end is on the way: nothing passes any more, but what was written before. */
  #ending = false

  constructor(end: SocketEnd, url: string, protocols: readonly string[]) {
    this.#end = end
    this.url = new URL(url)
    this.protocols = protocols
    end.moves()
    queueMicrotask(() => end.arrived(this))
  }

  get readyState(): number {
    return ['connecting', 'open', 'closing', 'closed'].indexOf(this.#state)
  }

  /** Whether client and server hear each other. */
  get isOpen(): boolean {
    return this.#state === 'open' && !this.#mute && !this.#ending
  }

  open(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'open'
    acted(() => this.onopen?.({}))
  }

  send(text: string): void {
    if (this.#state === 'connecting') throw new Error('the mock socket is not open yet')
    if (!this.isOpen || !this.#end.moves()) return
    for (const line of splitBatch(text)) queueMicrotask(() => {
      if (this.isOpen) this.#end.received(this, line)
    })
  }

  close(): void {
    if (this.#mute || this.#state === 'closing' || this.#state === 'closed') return
    this.#state = 'closing'
    queueMicrotask(() => this.#finish(1000))
  }

  /** The server writes. */
  write(...frames: readonly ServerFrame[]): void {
    if (!this.#ending) this.#push(...frames)
  }

  /** The server, or the network, ends it; what was written before arrives first. */
  end(code: number): void {
    if (this.#ending) return
    this.#push({ type: 'close', code })
    this.#ending = true
  }

  /** What was written before still arrives. */
  mute(): void {
    this.#deliver()
    this.#mute = true
  }

  #push(...items: readonly Outgoing[]): void {
    if (!this.#end.moves()) return
    if (this.#outgoing.length === 0) queueMicrotask(() => this.#deliver())
    this.#outgoing.push(...items)
  }

  #deliver(): void {
    const items = this.#outgoing
    this.#outgoing = []
    if (this.#mute || items.length === 0) return
    const frames = this.#end.ordered(items.filter((item) => item.type !== 'close'))
    const close = items.find((item) => item.type === 'close')
    acted(() => {
      if (frames.length > 0 && this.#state === 'open') this.onmessage?.({ data: joinBatch(frames.map(encodeFrame)) })
      if (close !== undefined) this.#finish(close.code)
    })
  }

  #finish(code: number): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#end.moves()
    this.#end.closed(this)
    this.onclose?.({ code, reason: '' })
  }
}
