import { closeVerdict, encodeFrame, joinBatch, parseServerBatch, type AckFrame, type ByeFrame, type ClientFrame, type CloseVerdict, type ServerFrame, type WelcomeFrame } from 'rooms-protocol'
import { UnauthorizedError } from './errors.js'
import type { Settings, TokenReason } from './options.js'
import { Pace } from './pace.js'
import type { Link, Target } from './transports/transport.js'
import { openWebSocket } from './transports/websocket.js'

/** From asking for a token to `welcome`. */
const HANDSHAKE_MS = 20_000
/** How much longer than `pingMs` the server may be silent. */
const GRACE_MS = 10_000
/** How long a probe waits for a sign of life. */
const PROBE_MS = 5_000
/** A token is renewed this long before it expires, or after three quarters of a short life. */
const EARLY_MS = 30_000
/** A provider that hands out expired tokens must not be asked in a circle. */
const SOONEST_MS = 1_000
/** Between two failed attempts to renew a token. */
const RENEW_MS = 5_000
const AUTH_ID = 'auth'

/** Why a session is over: the verdict, and how long the server asked to wait. */
export interface End {
  readonly verdict: CloseVerdict | 'unauthorized'
  readonly retryAfterMs: number
  readonly code: number
  readonly reason: string
}
export interface SessionEnds {
  welcomed(welcome: WelcomeFrame): void
  frame(frame: ServerFrame): void
  /** Once, and never after `close`. */
  ended(end: End): void
}

/** One try at the server, from its token to its last message. Each is a generation of its own: once over, nothing of it is heard. */
export class Session {
  readonly #settings: Settings
  readonly #room: Target['room']
  readonly #reason: TokenReason
  readonly #ends: SessionEnds
  readonly #abort = new AbortController()
  welcome: WelcomeFrame | null = null
  heardAt: number
  #link: Link | null = null
  #pace: Pace | null = null
  #out: string[] = []
  #over = false
  #welcomedAt = 0
  /** When silence ends the session. */
  #deadline = 0
  #cancelWatch: (() => void) | null = null
  #cancelRenewal: (() => void) | null = null

  constructor(settings: Settings, room: Target['room'], reason: TokenReason, ends: SessionEnds) {
    this.#settings = settings
    this.#room = room
    this.#reason = reason
    this.#ends = ends
    this.heardAt = settings.clock.now()
  }

  start(): void {
    this.#watch(HANDSHAKE_MS)
    void this.#open()
  }

  /** Writes with everything else of this turn, in as few messages as the server takes. */
  write(encoded: string): void {
    if (this.#out.length === 0) queueMicrotask(() => this.#flush())
    this.#out.push(encoded)
  }
  send(frame: ClientFrame): void {
    this.write(encodeFrame(frame))
  }
  /** Ms until one more object may leave; 0 takes the place. */
  pace(): number {
    return this.#pace?.take(this.#settings.clock.now()) ?? Infinity
  }
  /** Asks for a sign of life; without one the session ends soon. */
  probe(): void {
    if (this.welcome === null) return
    this.send({ type: 'ping' })
    this.#watch(PROBE_MS)
  }
  /** Lets go without a word to `ended`. */
  close(): void {
    this.#over = true
    this.#flush()
    this.#abort.abort()
    this.#link?.close()
    this.#cancelWatch?.()
    this.#cancelRenewal?.()
  }

  async #open(): Promise<void> {
    const token = await this.#token(this.#reason)
    if (token === undefined || this.#over) return
    try {
      this.#link = openWebSocket({ settings: this.#settings, token, room: this.#room }, {
        message: (text) => this.#message(text),
        // A 1000 that we did not send is some proxy's, not a wish of ours.
        closed: (code) => {
          this.#link = null
          this.#end(code === 1000 ? 'backoff' : closeVerdict(code), code)
        },
      })
    } catch (error) {
      this.#end('stop', 0, String(error))
    }
  }

  /** The application's token; undefined when it has none to give now, or nobody waits for it any more. */
  async #token(reason: TokenReason): Promise<string | null | undefined> {
    try {
      return await (this.#settings.getToken?.({ reason, signal: this.#abort.signal }) ?? null)
    } catch (error) {
      if (error instanceof UnauthorizedError) this.#end('unauthorized', 0, error.message)
      else if (this.welcome === null) this.#end('backoff', 0, String(error))
      return undefined
    }
  }

  #message(text: string): void {
    this.heardAt = this.#settings.clock.now()
    this.#deadline = this.heardAt + (this.welcome === null ? HANDSHAKE_MS : this.welcome.pingMs + GRACE_MS)
    for (const frame of parseServerBatch(text)) {
      if (this.#over) return
      if (frame.type === 'welcome') this.#welcomed(frame)
      else if (frame.type === 'bye') this.#bye(frame)
      else if (frame.type === 'ack' && frame.id === AUTH_ID) this.#renewed(frame)
      else this.#ends.frame(frame)
    }
  }
  #welcomed(frame: WelcomeFrame): void {
    this.welcome = frame
    this.#welcomedAt = this.heardAt
    this.#pace = new Pace(frame.limits.messagesPerSecond, this.heardAt)
    this.#watch(frame.pingMs + GRACE_MS)
    this.#renewBefore(frame.expiresAt)
    this.#ends.welcomed(frame)
  }
  #bye({ code, reason, retry, retryAfterMs }: ByeFrame): void {
    this.#end(retry === 'never' ? 'stop' : retry === 'refresh' ? 'refresh' : retry === 'now' ? 'after' : 'backoff', code, reason, retryAfterMs)
  }

  /** @param expiresAt by the server's clock, whose difference to ours `welcome` told. */
  #renewBefore(expiresAt: number | undefined): void {
    if (expiresAt === undefined || this.#settings.getToken === undefined) return
    const lifeMs = expiresAt - this.welcome!.now - (this.#settings.clock.now() - this.#welcomedAt)
    this.#renewIn(Math.max(SOONEST_MS, lifeMs * 0.75, lifeMs - EARLY_MS))
  }
  #renewIn(ms: number): void {
    this.#cancelRenewal?.()
    this.#cancelRenewal = this.#settings.clock.after(ms, () => void this.#renew())
  }
  async #renew(): Promise<void> {
    this.#renewIn(RENEW_MS)
    const token = await this.#token('expiring')
    if (token != null && !this.#over) this.send({ type: 'auth', token, id: AUTH_ID })
  }
  #renewed({ result }: AckFrame): void {
    this.#cancelRenewal?.()
    this.#renewBefore((result as { expiresAt?: number } | null | undefined)?.expiresAt)
  }

  #flush(): void {
    const { batchBytes } = this.welcome?.limits ?? { batchBytes: Infinity }
    const lines = this.#out
    this.#out = []
    for (let start = 0, end = 0, bytes = 0; start < lines.length; start = end, bytes = 0) {
      // No text has more than three bytes of UTF-8 a unit: measuring would cost more than a message too many.
      do bytes += lines[end++]!.length * 3 + 1
      while (end < lines.length && bytes + lines[end]!.length * 3 < batchBytes)
      this.#link?.send(joinBatch(lines.slice(start, end)))
    }
  }

  #watch(ms: number): void {
    const { clock } = this.#settings
    this.#deadline = clock.now() + ms
    this.#cancelWatch?.()
    const look = (): void => {
      const left = this.#deadline - clock.now()
      if (left > 0) this.#cancelWatch = clock.after(left, look)
      else this.#end('backoff', 0, 'silence')
    }
    this.#cancelWatch = clock.after(ms, look)
  }
  #end(verdict: End['verdict'], code: number, reason = '', retryAfterMs = 0): void {
    if (this.#over) return
    this.close()
    this.#ends.ended({ verdict, code, reason, retryAfterMs })
  }
}
