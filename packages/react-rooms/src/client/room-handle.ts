import type { ClientFrame, JoinFrame, RoomEvent, RoomGrants } from 'rooms-protocol'
import { createTimer } from './clock.js'
import type { Connection, Tenant } from './connection.js'
import { leftFrame } from './left-frame.js'
import type { Settings } from './options.js'
import { createPresence, type PresenceStore } from './presence-store.js'
import { nextRoomStatus, type RoomChange } from './room-state.js'
import type { Ack, AnyRoom, EventMeta, HoldOptions, PublishOptions, RoomStatus } from './room.js'
import { createEmitter, createStore, type Store } from './store.js'
import { createStream, type Told } from './stream.js'
import { createTyping, type TypingStore } from './typing-store.js'
import { FORBIDDEN } from './verdict.js'

export const NO_GRANTS: RoomGrants = { signal: [], publish: [], history: false, presence: false }

/** A room as this client lives it; `Room` is what applications see of it, without their types. */
export interface RoomHandle extends AnyRoom, Tenant {
  readonly name: string
  // What hooks watch.
  readonly presenceView: PresenceStore
  readonly typingView: TypingStore
  readonly ownView: Store<unknown>
  readonly grantsView: Store<RoomGrants>
  readonly servedBy: Connection
  retain(options?: HoldOptions): () => void
  on(event: string, listener: (data: unknown, meta: EventMeta) => void): () => void
  onEvents(listener: (event: RoomEvent, meta: EventMeta) => void): () => void
  onSignal(signal: string, listener: (data: unknown, meta: { from: string }) => void): () => void
  publish(event: string, data: unknown, options?: PublishOptions): Promise<Ack>
  signal(signal: string, data: unknown): void
  setState(patch: object): void
  setTyping(on: boolean): void
  /** Leaves at once, whoever holds it. */
  endNow(): void
}

/**
 * @param name empty for the room nobody can be in, `useRoom(null)`.
 * @param connection the one that is to serve it.
 * @param enter told when the room is held, and `left` when no longer.
 */
export const createRoom = (name: string, settings: Settings, connection: Connection, enter: (room: RoomHandle) => void, left: (room: RoomHandle) => void): RoomHandle => {
  /** Before another try to join a room that could not be joined just now; jittered. */
  const REJOIN_MS = 2_000
  const { clock } = settings
  const { outbox } = connection
  const { on, emit } = createEmitter<Told>()
  const retrying = createTimer(clock)
  /** The server has us in the room, on the open connection; undefined while a first join is on its way: a second would be told that continuity broke. */
  let isIn: boolean | undefined = false
  /** The presence state that the last join told, and the one that the server was told last. */
  let said: unknown
  let told: unknown
  /** Whether it may not be told another now. */
  let hot: boolean | undefined = false
  const cooling = createTimer(clock)
  let pausedAt = 0
  /** Who holds it. */
  const holds = new Set<HoldOptions>()
  /** Whether it is held, or was less than a linger ago. */
  let entered = false
  const linger = createTimer(clock)

  const status = createStore<RoomStatus>(name ? 'joining' : 'left')
  const grants = createStore(NO_GRANTS)
  const say = (type: ClientFrame['type'], fields?: object, paced?: boolean): boolean => connection.send({ type, room: name, ...fields } as ClientFrame, paced)
  const presence = createPresence((after) => say('members', { after }), connection.user)
  const typing = createTyping(clock, presence.memberOf, (on) => say('typing', { on }, true))
  const own = createStore<unknown>(null)
  /** Tells the state that the server has not, at most once per throttle. Not in the room it waits: it travels with the join. */
  const tellOwn = (): void => {
    const state = own.get()
    hot = isIn && state !== told
    if (!hot) return
    if (say('presence', { state }, true)) told = state
    cooling(settings.presenceThrottleMs, tellOwn)
  }
  const isOut = (): boolean => status.get() === 'refused' || status.get() === 'left'
  const change = (what: RoomChange): void => status.set(nextRoomStatus(status.get(), what))

  const stream = createStream(clock, emit, () => {
    change('catching-up')
    join()
  })
  /** Each takes what concerns it. */
  const parts = [presence, typing, stream]

  const join = (): void => {
    if (!isOut() && connection.send(room.join())) isIn ||= undefined
  }
  const clear = (): void => {
    isIn = false
    retrying()
    parts.forEach((part) => part.receive(leftFrame(1000)))
    cooling()
    own.set(null)
    grants.set(NO_GRANTS)
  }

  /** Leaves at once, whoever holds it. */
  const end = (): void => {
    linger()
    if (!entered) return
    entered = false
    say('leave')
    connection.dismiss(room)
    clear()
    change('left')
    left(room)
  }
  /** In a microtask after each change, so that what StrictMode mounts, unmounts and mounts again is held once. */
  const look = (): void => {
    if (holds.size) {
      linger()
      if (entered) return
      entered = true
      enter(room)
      connection.admit(room)
    } else {
      if (entered) linger(settings.lingerMs, end)
      outbox.rejectAll('room_changed', 'the room was let go of', name)
    }
  }
  const retain: RoomHandle['retain'] = (options) => {
    const hold: HoldOptions = { ...options }
    if (hold.presence) presence.want()
    own.set(own.get() ?? hold.state ?? null)
    if (!name) return () => {}
    holds.add(hold)
    if (!entered) change('joining')
    queueMicrotask(look)
    return () => {
      if (holds.delete(hold)) queueMicrotask(look)
    }
  }
  /** Holds the room for as long as somebody listens. */
  const hear: typeof on = (what, listener) => {
    const off = on(what, listener)
    const release = retain()
    return () => {
      off()
      release()
    }
  }

  const room: RoomHandle = {
    name,
    kind: name.split(':')[0]!,
    presenceView: presence,
    typingView: typing,
    ownView: own,
    grantsView: grants,
    servedBy: connection,

    status: status.get,
    subscribe: status.subscribe,
    position: stream.position,
    recoverable: () => !connection.info().lost && !isOut() && (status.get() !== 'paused' || clock.now() - pausedAt < settings.lostAfterMs),
    connectionId: () => connection.welcome()?.connection ?? null,
    retain,
    onJoined: (listener) => hear('joined', listener),
    onReset: (listener) => hear('reset', listener),
    onAny: (listener) => hear('any', listener),
    onEvents: (listener) => hear('all', listener),
    on: (event, listener) => hear(`event ${event}`, listener),
    onSignal: (signal, listener) => hear(`signal ${signal}`, listener),
    rejoinFrom(position) {
      if (stream.rejoinFrom(position)) join()
    },
    publish(event, data, options = {}) {
      typing.own(false)
      const sent = outbox.publish(name, event, data, options)
      if (!holds.size) {
        // Hold it for as long as this takes.
        const release = retain()
        sent.then(release, release)
      }
      if (!name || status.get() === 'refused') outbox.rejectAll('forbidden', 'refused', name)
      return sent
    },
    signal(signal, data) {
      if (isIn) say('signal', { signal, data }, true)
    },
    setState(patch) {
      own.set({ ...(own.get() as object | null), ...patch })
      if (!hot) tellOwn()
    },
    setTyping: typing.own,
    endNow: end,

    welcomed(again) {
      if (again) change('joining')
      // The address of a dedicated connection has asked already.
      if (!connection.dedicated && isIn === false) join()
    },
    isIn: () => isIn,
    isOut,
    // Absent fields are left out of the JSON.
    join() {
      // No address and no HTTP request has a place for it: only a join on an open WebSocket does.
      const state = own.get()
      said = connection.info().transport === 'websocket' ? state : null
      return { type: 'join', room: name, position: stream.resumeFrom(), rewind: [...holds].find(({ rewind }) => rewind)?.rewind, state: state ?? undefined } as JoinFrame
    },
    startOver() {
      clear()
      emit('reset', 'user')
    },
    receive(frame) {
      const { type } = frame
      // The answer to a leave of ours; the room may be held again by now.
      if (type === 'left' && frame.code === 1000) return
      const joined = type === 'joined'
      if (joined || type === 'left') {
        isIn = joined
        retrying()
      }
      parts.forEach((part) => part.receive(frame))
      switch (type) {
        case 'joined':
          grants.set(frame.grants)
          // It may have changed since the join left.
          told = said
          tellOwn()
          outbox.sendDue()
          break
        case 'left':
          if (frame.retry === 'never') {
            change(frame.code === FORBIDDEN ? 'refused' : 'left')
            outbox.rejectAll(frame.code === FORBIDDEN ? 'forbidden' : 'not_joined', frame.reason, name)
          } else {
            change('catching-up')
            // Without a connection it is joined with the next one.
            if (connection.welcome()) retrying(REJOIN_MS * (0.5 + clock.random()), join)
          }
          break
        case 'signal': return emit(`signal ${frame.signal}`, frame.data, { from: frame.from })
        case 'live':
          pausedAt = clock.now()
          change(frame.on ? 'resumed' : 'paused')
      }
      if (stream.caughtUp()) change('live')
    },
  }
  return room
}
