import { CloseCode, parseClientFrame, type AnnouncedLimits, type ClientFrame, type ErrorCode, type Info } from 'rooms-protocol'
import { createTimer, type Clock } from '../client/clock.js'
import type { WebSocketConstructor } from '../client/options.js'
import { createFaults, type Faults } from './faults.js'
import { MockSocket, type SocketEnd } from './mock-socket.js'
import { ServedRoom, type House } from './served-room.js'
import { createSession, type Session } from './session.js'

export interface ServerSettings {
  readonly clock: Clock
  userOf(token: string | null): string
  infoOf(user: string): Info
  readonly limits: AnnouncedLimits
  readonly expiresInMs: number | undefined
}

/** A server that speaks rooms.v1 to mock sockets, in memory. */
export interface MockServer {
  readonly WebSocket: WebSocketConstructor
  readonly faults: Faults
  /** Every object clients sent, in order. */
  readonly received: readonly ClientFrame[]
  /** Sockets so far. */
  readonly opened: number
  /** Sessions that hear the server. */
  sessions(): readonly Session[]
  room(name: string): ServedRoom
  nextId(): string
  /** Grows with everything that passes. */
  moves(): number
  /** Lets so much more pass, and then nothing: an endless conversation would keep every other task waiting. */
  limit(moves: number): void
  /** What handlers of the test threw, taken out. */
  mistakes(): unknown[]
  /** No new socket opens while it is down. */
  isDown(): boolean
  setDown(down: boolean): void
  /** Tokens given so far are refused from now on. */
  expire(): void
}

export function createMockServer(settings: ServerSettings): MockServer {
  const { clock, userOf, infoOf, limits, expiresInMs } = settings
  const PING_MS = 25_000
  const rooms = new Map<string, ServedRoom>()
  const sessions = new Map<MockSocket, Session>()
  const received: ClientFrame[] = []
  const mistakes: unknown[] = []
  const seen = new Set<string | null>()
  const expired = new Set<string | null>()
  const faults = createFaults()
  let opened = 0
  let moved = 0
  let most = Infinity
  let ids = 0
  let lives = 0
  let down = false

  const nextId = (): string => `mock-${++ids}`
  const house: House = {
    now: clock.now, nextEpoch: () => `mock${++lives}`, pageSize: () => limits.members, loses: faults.loses, failed: (error) => mistakes.push(error),
  }
  const room = (name: string): ServedRoom => {
    let served = rooms.get(name)
    if (served === undefined) rooms.set(name, (served = new ServedRoom(name, house)))
    return served
  }

  const welcome = (session: Session): void => {
    session.write({
      type: 'welcome', protocol: 'rooms.v1', connection: session.connection, user: session.user, now: clock.now(), pingMs: PING_MS,
      ...(expiresInMs !== undefined && { expiresAt: clock.now() + expiresInMs }), limits, features: ['resume', 'presence', 'typing', 'signals'],
    })
    const { position, rewind, room: bound } = addressOf(session.socket.url)
    if (bound !== undefined) room(bound).join(session, { type: 'join', room: bound, ...(position !== null && { position }), ...(rewind !== null && { rewind: Number(rewind) }) })
  }

  const end: SocketEnd = {
    arrived(socket) {
      opened++
      if (down) return socket.end(1006)
      socket.open()
      // Whoever was cut off without a word is replaced by who comes now.
      for (const other of sessions.keys()) if (!other.isOpen) end.closed(other)
      const token = tokenOf(socket.protocols)
      const user = userOf(token)
      const session = createSession({ socket, connection: nextId(), user, info: infoOf(user), dedicated: addressOf(socket.url).room !== undefined, ping: createTimer(clock), expiry: createTimer(clock), pingMs: PING_MS })
      sessions.set(socket, session)
      seen.add(token)
      if (expired.has(token)) return session.end(CloseCode.unauthorized, 'the token expired')
      session.expireIn(expiresInMs)
      welcome(session)
    },
    received(socket, text) {
      const session = sessions.get(socket)
      if (session === undefined) return
      const parsed = parseClientFrame(text, limits.messageBytes)
      if (!parsed.ok) {
        const { ok: _, ...error } = parsed
        return session.write({ type: 'error', ...error })
      }
      received.push(parsed.frame)
      take(session, parsed.frame)
    },
    closed(socket) {
      const session = sessions.get(socket)
      sessions.delete(socket)
      if (session === undefined) return
      session.stop()
      for (const served of rooms.values()) if (served.has(session)) served.leave(session, true)
    },
    ordered: faults.ordered,
    moves: () => moved++ < most,
  }

  const take = (session: Session, frame: ClientFrame): void => {
    const name = ('room' in frame ? frame.room : undefined) ?? addressOf(session.socket.url).room
    const refuse = (code: ErrorCode, message: string, id?: string): void => session.write({ type: 'error', code, message, ...(name !== undefined && { room: name }), ...(id !== undefined && { id }) })
    switch (frame.type) {
      case 'ping': return session.write({ type: 'pong' })
      case 'pong': return
      case 'auth':
        seen.add(frame.token)
        if (expired.has(frame.token) || userOf(frame.token) !== session.user) return session.end(CloseCode.unauthorized, 'the token is refused')
        session.expireIn(expiresInMs)
        return session.write({ type: 'ack', id: frame.id ?? '', ...(expiresInMs !== undefined && { result: { expiresAt: clock.now() + expiresInMs } }) })
      default:
    }
    if (name === undefined) return refuse('bad_request', `'${frame.type}' expects a 'room'`)
    const served = room(name)
    switch (frame.type) {
      case 'join': return served.join(session, frame)
      case 'leave': return served.leave(session)
      default:
    }
    if (!served.has(session)) return refuse('not_joined', `join '${name}' first`, 'id' in frame ? frame.id : undefined)
    switch (frame.type) {
      case 'publish': return served.publish(session, frame)
      case 'signal': return served.signal(frame.signal, frame.data, session)
      case 'typing': return served.setTyping(session.user, frame.on, session)
      case 'presence': return served.setState(session, frame.state)
      case 'members': return session.write({ type: 'members', room: name, ...served.page(frame.after) })
      default: return frame satisfies never
    }
  }

  return {
    WebSocket: class extends MockSocket {
      constructor(url: string, protocols: string[]) {
        super(end, url, protocols)
      }
    },
    faults,
    received,
    get opened() {
      return opened
    },
    sessions: () => [...sessions.values()].filter(({ socket }) => socket.isOpen),
    room,
    nextId,
    moves: () => moved,
    limit(moves) {
      most = moved + moves
    },
    mistakes: () => mistakes.splice(0),
    isDown: () => down,
    setDown(next) {
      down = next
    },
    expire() {
      for (const token of seen) expired.add(token)
      for (const session of sessions.values()) session.end(CloseCode.unauthorized, 'the token expired')
    },
  }
}

/** What `/ws/:room` names, and how it is to be joined. */
function addressOf({ pathname, searchParams }: URL): { room: string | undefined; position: string | null; rewind: string | null } {
  const room = /\/ws\/(.+)$/.exec(pathname)?.[1]
  return { room: room === undefined ? undefined : decodeURIComponent(room), position: searchParams.get('position'), rewind: searchParams.get('rewind') }
}

function tokenOf(protocols: readonly string[]): string | null {
  const entry = protocols.find((protocol) => protocol.startsWith('bearer'))
  if (entry === undefined) return null
  const [, kind, token = ''] = /^bearer(64)?\.(.*)$/.exec(entry) ?? []
  if (kind === undefined) return token
  return new TextDecoder().decode(Uint8Array.from(atob(token.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.codePointAt(0)!))
}
