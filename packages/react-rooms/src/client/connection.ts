import type { ClientFrame, ServerFrame, WelcomeFrame } from 'rooms-protocol'
import { backoffMs } from './backoff.js'
import { NO_CONNECTION, sameInfo, type ConnectionInfo } from './connection-info.js'
import { nextConnection, type ConnectionEvent, type ConnectionState } from './connection-state.js'
import { online } from './network-hints.js'
import type { Settings } from './options.js'
import { Outbox } from './outbox.js'
import { Session, type End } from './session.js'
import { Store } from './store.js'

/** Up this long, a connection's earlier failures are forgotten. */
const STABLE_MS = 5_000
/** An object's size before `welcome` tells the limit. */
const MESSAGE_BYTES = 65_536

/** A room, as its connection sees it. */
export interface Tenant {
  readonly name: string
  connected(): void
  disconnected(): void
  receive(frame: ServerFrame): void
  /** Another user signed in: nothing of before may be resumed. */
  forget(): void
  /** Whether objects for this room would be taken now. */
  joined(): boolean
  /** Where to resume. */
  resume(): { readonly position: string | null; readonly rewind: number | undefined }
  /** Joins again although it was refused. */
  retry(): void
}

/** Keeps one session after another open while a room wants one, and passes on what it says. */
export class Connection {
  readonly info = new Store(NO_CONNECTION)
  readonly outbox: Outbox
  readonly #settings: Settings
  /** Whether it serves one room only, named in its address. */
  readonly dedicated: boolean
  readonly #rooms = new Map<string, Tenant>()
  #state: ConnectionState = { status: 'idle' }
  #session: Session | null = null
  #user: string | null = null
  #lost = false
  #syncedAt: number | null = null
  #reason: string | null = null
  #cancelLost: (() => void) | null = null
  /** The wait for the next attempt, or for stability. */
  #cancelWait: (() => void) | null = null

  constructor(settings: Settings, dedicated: boolean) {
    this.#settings = settings
    this.dedicated = dedicated
    this.outbox = new Outbox({
      ready: (room) => this.welcome !== null && this.#rooms.get(room)?.joined() === true,
      pace: () => this.#session?.pace() ?? Infinity,
      messageBytes: () => this.welcome?.limits.messageBytes ?? MESSAGE_BYTES,
      write: (encoded) => this.#session?.write(encoded),
      doubt: () => this.#session?.probe(),
      counted: () => this.#update(),
    }, settings)
  }

  /** What the server said at the start of the open session; null while there is none. */
  get welcome(): WelcomeFrame | null {
    return this.#session?.welcome ?? null
  }
  /** Who the server last said we are. */
  get user(): string | null {
    return this.#user
  }
  get lost(): boolean {
    return this.#lost
  }

  add(room: Tenant): void {
    this.#rooms.set(room.name, room)
    if (this.welcome === null) this.#dispatch({ type: 'wanted' })
    else room.connected()
  }
  remove(room: Tenant): void {
    this.#rooms.delete(room.name)
    if (this.#rooms.size === 0) this.#dispatch({ type: 'unwanted' })
  }
  /** Sends now if connected; otherwise drops it. */
  send(frame: ClientFrame): void {
    if (this.welcome !== null) this.#session!.send(frame)
  }
  /** Sends now if connected and within the server's pace; says whether it did. */
  sendPaced(frame: ClientFrame): boolean {
    if (this.welcome === null || this.#session!.pace() > 0) return false
    this.#session!.send(frame)
    return true
  }

  awake(): void {
    this.outbox.flush()
    if (this.welcome === null) this.#dispatch({ type: 'due' })
    else this.#session!.probe()
  }
  offline(): void {
    this.#dispatch({ type: 'offline', retryAt: this.#settings.clock.now() + this.#settings.backoff.maxMs })
  }
  hidden(): void {
    this.#failed({ verdict: 'backoff', code: 1000, reason: 'the page is hidden', retryAfterMs: 0 })
  }
  retry(): void {
    this.#dispatch({ type: 'retry' })
    if (this.welcome !== null) this.#session!.probe()
    for (const room of this.#rooms.values()) room.retry()
  }
  close(): void {
    this.#dispatch({ type: 'closed' })
  }

  #dispatch(event: ConnectionEvent): void {
    const before = this.#state
    const state = (this.#state = nextConnection(before, event))
    if (state === before) return
    const gone = before.status === 'connected' && state.status !== 'connected'
    if (gone) {
      this.#syncedAt = this.#session!.heardAt
      this.outbox.disconnected()
    }
    this.#cancelWait?.()
    this.#cancelWait = null
    switch (state.status) {
      case 'idle':
      case 'unauthorized':
      case 'closed':
        this.#drop()
        if (state.status !== 'unauthorized') this.outbox.refuse('unavailable', 'the connection was closed')
        break
      case 'connected':
        if (event.type === 'welcomed') this.#cancelWait = this.#settings.clock.after(STABLE_MS, () => this.#dispatch({ type: 'stable' }))
        break
      case 'connecting':
      case 'reconnecting':
      case 'offline':
        this.#drop()
        if ('retryAt' in state && state.retryAt !== null)
          this.#cancelWait = this.#settings.clock.after(state.retryAt - this.#settings.clock.now(), () => this.#dispatch({ type: 'due' }))
        else this.#connect(state.status === 'connecting' ? 'initial' : state.refused ? 'refused' : 'reconnect')
    }
    // Told last: who listens may act on the connection at once.
    if (gone) for (const room of this.#rooms.values()) room.disconnected()
    this.#update()
  }

  #connect(reason: 'initial' | 'reconnect' | 'refused'): void {
    const [room] = this.dedicated ? this.#rooms.values() : []
    // Any callback of a session that is not the present one would be a late word of an old generation.
    const session = new Session(this.#settings, room && { name: room.name, ...room.resume() }, reason, {
      welcomed: (welcome) => this.#welcomed(welcome),
      frame: (frame) => this.#receive(frame),
      ended: (end) => this.#failed(end),
    })
    this.#session = session
    session.start()
  }
  #drop(): void {
    this.#session?.close()
    this.#session = null
  }

  #welcomed(welcome: WelcomeFrame): void {
    const changed = this.#user !== null && this.#user !== welcome.user
    this.#user = welcome.user
    this.#syncedAt = this.#settings.clock.now()
    this.#reason = null
    if (changed) {
      this.outbox.refuse('unauthorized', 'another user signed in')
      for (const room of this.#rooms.values()) room.forget()
    }
    this.#dispatch({ type: 'welcomed' })
    for (const room of this.#rooms.values()) room.connected()
  }
  #receive(frame: ServerFrame): void {
    if (frame.type === 'ack') return this.outbox.ack(frame)
    if (frame.type === 'error') return this.outbox.error(frame)
    if ('room' in frame && frame.room !== undefined) this.#rooms.get(frame.room)?.receive(frame)
    else if (frame.type === 'live') for (const room of this.#rooms.values()) room.receive(frame)
  }
  #failed(end: End): void {
    const { clock, backoff, getToken } = this.#settings
    this.#reason = end.reason || (end.code === 0 ? null : String(end.code))
    if (end.verdict === 'unauthorized' || (end.verdict === 'refresh' && getToken === undefined)) return this.#dispatch({ type: 'unauthorized' })
    if (this.dedicated && end.verdict === 'stop')
      for (const room of this.#rooms.values()) room.receive({ type: 'left', room: room.name, code: end.code, reason: end.reason, retry: 'never' })
    const attempt = 'attempt' in this.#state ? this.#state.attempt : 0
    const jitterMs = end.verdict === 'after' && end.retryAfterMs > 0 ? 0 : backoffMs(attempt, backoff, clock.random())
    this.#dispatch({ type: 'failed', verdict: end.verdict, retryAt: clock.now() + end.retryAfterMs + jitterMs, online: online() })
  }

  /** Brings `info` in line with the state. */
  #update(): void {
    const state = this.#state
    const { status } = state
    const away = status === 'connecting' || status === 'reconnecting' || status === 'offline'
    if (!away) {
      this.#cancelLost?.()
      this.#cancelLost = null
      this.#lost = status === 'unauthorized' || status === 'closed'
    } else this.#cancelLost ??= this.#settings.clock.after(this.#settings.lostAfterMs, () => {
      this.#lost = true
      this.#update()
    })
    const info: ConnectionInfo = {
      status, lost: this.#lost, attempt: away ? state.attempt : 0, retryAt: 'retryAt' in state ? state.retryAt : null,
      transport: status === 'connected' ? 'websocket' : null, queued: this.outbox.size, lastSyncedAt: this.#syncedAt, reason: this.#reason,
    }
    if (!sameInfo(info, this.info.get())) this.info.set(info)
  }
}
