import { CloseCode, roomKind, type JoinedFrame, type LeftFrame, type RoomGrants, type ServerFrame } from 'rooms-protocol'
import { backoffMs } from './backoff.js'
import type { Connection, Tenant } from './connection.js'
import { RoomsPublishError } from './errors.js'
import { Holds } from './holds.js'
import type { Settings } from './options.js'
import { OwnState } from './own-state.js'
import { PresenceStore } from './presence-store.js'
import { RoomListeners } from './room-listeners.js'
import { nextRoomStatus, type RoomChange } from './room-state.js'
import type { Ack, AnyRoom, Delivery, EventMeta, HoldOptions, Joined, PublishOptions, RoomStatus } from './room.js'
import { emit, listen, Store } from './store.js'
import { Stream } from './stream.js'
import { TypingStore } from './typing-store.js'

export const NO_GRANTS: RoomGrants = Object.freeze({ publish: [], signal: [], presence: false, history: false })

/** What a room needs of its client. */
export interface RoomHost {
  readonly settings: Settings
  /** The connection that is to serve a room. */
  connectionFor(): Connection
  /** Held, until `left`. */
  entered(room: RoomHandle): void
  left(room: RoomHandle): void
}

/** What hooks watch of a room. */
export interface RoomView {
  readonly status: Store<RoomStatus>
  readonly presence: PresenceStore
  readonly typing: TypingStore
  readonly own: OwnState
  readonly grants: Store<RoomGrants>
}

/** A room as this client lives it; `Room` is what applications see of it. */
export class RoomHandle implements AnyRoom, Tenant {
  readonly name: string
  readonly kind: string
  readonly view: RoomView
  readonly connection: Connection | undefined
  /** Null for the room nobody can be in, `useRoom(null)`. */
  readonly #host: RoomHost | null
  readonly #settings: Settings
  readonly #listeners = new RoomListeners()
  readonly #holds: Holds
  readonly #stream: Stream
  /** The server has us in the room, on the open connection. */
  #in = false
  /** It had, since the room is held. */
  #wasIn = false
  /** The older position `rejoinFrom` asked for. */
  #from: string | null = null
  #attempt = 0
  #cancelRetry: (() => void) | null = null
  #pausedAt = 0

  /** @param host null for the room nobody can be in. */
  constructor(name: string, host: RoomHost | null, settings = host!.settings) {
    this.name = name
    this.kind = roomKind(name)
    this.#host = host
    this.connection = host?.connectionFor()
    this.#settings = settings
    const { clock, lingerMs, presenceThrottleMs } = settings
    this.#holds = new Holds(clock, lingerMs, { enter: () => this.#enter(), vacated: () => this.connection?.outbox.released(name), leave: () => this.#leave() })
    this.#stream = new Stream({
      deliver: (frame, { position, replayed, again }) => {
        if (frame.type === 'skip') emit(this.#listeners.any, { type: 'skip', offset: frame.offset, position, again })
        else {
          if (frame.from === this.connection?.user) this.connection?.outbox.seen(frame, position)
          this.#listeners.event(frame, position, replayed, again)
        }
      },
      gap: () => {
        this.#change('gap')
        this.#join()
      },
    }, clock)
    const presence = new PresenceStore((after) => this.connection?.send({ type: 'members', room: name, after }), () => this.connection?.user ?? null)
    this.view = {
      status: new Store<RoomStatus>(host === null ? 'left' : 'joining'),
      presence,
      typing: new TypingStore(clock, (user) => presence.member(user)?.info, (on) => void this.connection?.sendPaced({ type: 'typing', room: name, on })),
      // Not in the room: the state travels with the join.
      own: new OwnState(clock, presenceThrottleMs, (state) => !this.#in || this.connection!.sendPaced({ type: 'presence', room: name, state })),
      grants: new Store(NO_GRANTS),
    }
  }

  // What applications call

  readonly subscribe = (listener: () => void): (() => void) => this.view.status.subscribe(listener)
  status(): RoomStatus {
    return this.view.status.get()
  }
  position(): string | null {
    return this.#stream.position()
  }
  recoverable(): boolean {
    const status = this.status()
    if (this.position() === null || this.connection?.lost !== false) return false
    if (status === 'paused') return this.#settings.clock.now() - this.#pausedAt < this.#settings.lostAfterMs
    return status === 'live' || status === 'catching-up'
  }
  connectionId(): string | null {
    return this.connection?.welcome?.connection ?? null
  }
  retain(options: HoldOptions = {}): () => void {
    if (this.#host === null) return () => {}
    if (options.presence) this.view.presence.want()
    if (options.state !== undefined && this.view.own.get() === null) this.view.own.set(options.state)
    return this.#holds.add(options)
  }
  onJoined(listener: (joined: Joined) => void): () => void {
    return listen(this.#listeners.joined, listener)
  }
  onReset(listener: (reason: string) => void): () => void {
    return listen(this.#listeners.reset, listener)
  }
  onAny(listener: (delivery: Delivery) => void): () => void {
    return this.#holding(listen(this.#listeners.any, listener))
  }
  onEvents(listener: (event: never, meta: EventMeta) => void): () => void {
    return this.#holding(listen(this.#listeners.all, listener as (event: unknown, meta: EventMeta) => void))
  }
  on(event: string, listener: (data: never, meta: EventMeta) => void): () => void {
    return this.#holding(this.#listeners.onEvent(event, listener as (data: unknown, meta: EventMeta) => void))
  }
  onSignal(signal: string, listener: (data: never, meta: { from: string }) => void): () => void {
    return this.#holding(this.#listeners.onSignal(signal, listener as (data: unknown, meta: { from: string }) => void))
  }
  rejoinFrom(position: string): void {
    this.#from = position
    if (this.#in) this.#join()
  }
  publish(event: string, data: unknown, options: PublishOptions = {}): Promise<Ack> {
    const status = this.status()
    if (this.#host === null || status === 'refused') {
      const refused = Promise.reject<Ack>(new RoomsPublishError(this.#host === null ? 'not_joined' : 'forbidden', `no room to publish to: ${this.name} is ${status}`, options.id ?? ''))
      refused.catch(() => {})
      return refused
    }
    this.view.typing.own(false)
    // Nobody holds the room: hold it for as long as this takes.
    const release = this.#holds.held ? undefined : this.retain()
    const sent = this.connection!.outbox.publish(this.name, event, data, options)
    if (release !== undefined) void sent.then(release, release)
    return sent
  }
  signal(signal: string, data: unknown): void {
    if (this.#in) this.connection!.sendPaced({ type: 'signal', room: this.name, signal, data })
  }
  setState(patch: object): void {
    this.view.own.patch(patch)
  }
  setTyping(on: boolean): void {
    if (this.#in) this.view.typing.own(on)
  }

  /** Leaves at once, whoever holds it. */
  end(): void {
    this.#holds.end()
  }

  // What the connection calls

  connected(): void {
    const status = this.status()
    if (status !== 'refused' && status !== 'left') this.#join(this.connection!.dedicated)
  }
  disconnected(): void {
    this.#out()
    this.#change('disconnected')
  }
  joined(): boolean {
    return this.#in
  }
  resume(): { position: string | null; rewind: number | undefined } {
    return { position: this.#from ?? this.position(), rewind: this.#holds.rewind }
  }
  retry(): void {
    this.#change('retried')
    if (!this.#in && this.connection!.welcome !== null) this.#join()
  }
  forget(): void {
    this.#clear()
    this.#change('retried')
    emit(this.#listeners.reset, 'user')
  }
  receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'joined': return this.#joined(frame)
      case 'left': return this.#left(frame)
      case 'event':
      case 'skip':
        this.#stream.accept(frame)
        return this.#caughtUp()
      case 'reset':
        this.#stream.reset(frame.position)
        return emit(this.#listeners.reset, frame.reason)
      case 'signal': return this.#listeners.signal(frame)
      case 'presence':
        for (const user of frame.left) this.view.typing.set(user, false)
        return this.view.presence.diff(frame)
      case 'members': return this.view.presence.page(frame)
      case 'typing': return this.view.typing.set(frame.user, frame.on)
      case 'live':
        this.#pausedAt = this.#settings.clock.now()
        return this.#change(frame.on ? 'resumed' : 'paused')
      // The connection's own, or of a later version.
      default:
    }
  }

  #change(change: RoomChange): void {
    this.view.status.set(nextRoomStatus(this.status(), change))
  }
  /** Holds the room for as long as somebody listens. */
  #holding(off: () => void): () => void {
    const release = this.retain()
    return () => {
      off()
      release()
    }
  }

  #enter(): void {
    this.#change('held')
    this.#host!.entered(this)
    this.connection!.add(this)
  }
  #leave(): void {
    const connection = this.connection!
    if (this.#in) connection.send({ type: 'leave', room: this.name })
    connection.remove(this)
    this.#clear()
    this.#change('left')
    this.#host!.left(this)
  }
  #join(done = false): void {
    this.#cancelRetry?.()
    this.#stream.joining()
    // The address of a dedicated connection has said the rest.
    if (done) return
    const { position, rewind } = this.resume()
    const state = this.view.own.get()
    this.connection!.send({
      type: 'join', room: this.name, ...(position === null ? {} : { position }), ...(rewind === undefined ? {} : { rewind }), ...(state === null ? {} : { state }),
    })
  }
  #joined(frame: JoinedFrame): void {
    const { recovered, reason, position, replay } = frame
    // A second join without a position cannot have recovered either.
    const broke = recovered === false || (recovered === undefined && this.#wasIn)
    this.#stream.joined(frame, this.#from !== null)
    this.#from = null
    this.#in = this.#wasIn = true
    this.#attempt = 0
    this.view.grants.set(frame.grants)
    this.view.presence.joined(frame)
    this.view.typing.reset(frame.typing)
    if (this.connection!.dedicated && this.view.own.get() !== null) this.view.own.patch({})
    else this.view.own.told()
    emit(this.#listeners.joined, { recovered, reason, position, replay })
    if (broke) emit(this.#listeners.reset, reason ?? 'lost')
    this.#caughtUp()
    this.connection!.outbox.flush()
  }
  #left({ code, reason, retry }: LeftFrame): void {
    // The answer to a leave of ours; the room may be held again by now.
    if (code === CloseCode.normal) return
    this.#out()
    if (retry === 'never') {
      this.#change(code === CloseCode.forbidden || code === CloseCode.unauthorized ? 'refused' : 'left')
      this.connection!.outbox.refuse(code === CloseCode.forbidden ? 'forbidden' : 'not_joined', reason, this.name)
      return
    }
    this.#change('disconnected')
    const { clock, backoff } = this.#settings
    this.#cancelRetry = clock.after(backoffMs(this.#attempt++, backoff, clock.random()), () => this.#join())
  }
  #caughtUp(): void {
    if (this.#stream.caughtUp()) this.#change('caught-up')
  }
  /** The server no longer has us; what we know stays. */
  #out(): void {
    this.#in = false
    this.#cancelRetry?.()
    this.#stream.joining()
    this.view.presence.disconnected()
    this.view.typing.forget()
    this.view.typing.reset()
  }
  #clear(): void {
    this.#out()
    this.#wasIn = false
    this.#from = null
    this.#stream.reset(null)
    this.view.presence.clear()
    this.view.own.clear()
    this.view.grants.set(NO_GRANTS)
  }
}
