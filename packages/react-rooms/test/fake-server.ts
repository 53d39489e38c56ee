import {
  formatPosition, parsePosition, type ClientFrame, type EventFrame, type JoinFrame, type JoinReason, type Member, type PublishFrame, type Retry,
  type RoomGrants, type ServerFrame, type SkipFrame,
} from 'rooms-protocol'
import type { WebSocketConstructor } from '../src/client/options.js'
import { FakeSocket, type ServerEnd } from './fake-socket.js'

/**
 * A small server speaking rooms.v1 in memory, for tests of the client, the hooks and the query layer.
 *
 * The token is the user's name (`ana` without one); a token that starts with `bad` is refused. Everything happens in
 * microtasks: after an action, `await settle()`. To stage a fault set a field (`down`, `hang`, `holdAcks`, `denied`) or
 * call `drop`, `halfOpen`, `bye`. To extend it, add the frame to `received`.
 */
export class FakeServer implements ServerEnd {
  readonly sockets: FakeSocket[] = []
  /** Every object clients sent, in order. */
  readonly frames: (ClientFrame & { readonly socket: FakeSocket })[] = []
  readonly rooms = new Map<string, FakeRoom>()
  /** New sockets end with 1006 before they open. */
  down = false
  /** New sockets neither open nor end. */
  hang = false
  /** Publishes are neither done nor answered. */
  holdAcks = false
  /** Rooms nobody may join. */
  readonly denied = new Set<string>()
  /** Members one answer holds. */
  pageSize = 200
  pingMs = 25_000
  messagesPerSecond = 50
  messageBytes = 65_536
  batchBytes = 262_144
  /** Life of a session; undefined: it does not expire. */
  expiresInMs: number | undefined
  /** Where sockets with this address or token go wrong: return the `bye` to send instead of `welcome`. */
  refuse: (socket: FakeSocket, token: string | null) => { code: number; retry: Retry; retryAfterMs?: number } | null = (_, token) =>
    token?.startsWith('bad') ? { code: 4001, retry: 'refresh' } : null
  /** What a publish becomes: data of the event, or an error to answer. */
  handle: (frame: PublishFrame, user: string) => { data: unknown } | { error: string; retryAfterMs?: number } = (frame) => ({ data: frame.data })
  readonly WebSocket: WebSocketConstructor
  #ids = 0
  readonly #done = new Map<string, string>()

  constructor() {
    this.WebSocket = socketsOf(this)
  }

  /** Sockets the server holds open. */
  get open(): FakeSocket[] {
    return this.sockets.filter((socket) => socket.readyState === 1 && !socket.halfOpen)
  }
  /** The newest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!
  }
  /** Objects of one type clients sent. */
  sent<T extends ClientFrame['type']>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.frames.filter((frame) => frame.type === type) as unknown as Extract<ClientFrame, { type: T }>[]
  }
  room(name: string): FakeRoom {
    let room = this.rooms.get(name)
    if (room === undefined) this.rooms.set(name, (room = new FakeRoom(name, `e${++this.#ids}`)))
    return room
  }

  /** Appends an event and delivers it; sockets in `except` get a `skip`. */
  send(name: string, event: string, data: unknown, options: { id?: string; from?: string; except?: FakeSocket } = {}): string {
    const room = this.room(name)
    const frame = room.append(event, data, options.id ?? `s${++this.#ids}`, options.from)
    for (const socket of this.inRoom(name)) socket.write(socket === options.except ? skipOf(frame) : frame)
    return room.position
  }
  /** Appends without delivering: what a member misses. */
  missed(name: string, event: string, data: unknown): string {
    this.room(name).append(event, data, `s${++this.#ids}`, undefined)
    return this.room(name).position
  }
  /** Starts a new life of the room's stream and tells its members. */
  reset(name: string, reason = 'epoch'): void {
    const room = this.room(name)
    room.restart(`e${++this.#ids}`)
    this.tell(name, { type: 'reset', room: name, position: room.position, reason })
  }
  /** Writes an object to everyone in a room. */
  tell(name: string, frame: ServerFrame): void {
    for (const socket of this.inRoom(name)) socket.write(frame)
  }
  /** The network cuts every socket. */
  drop(code = 1006): void {
    for (const socket of this.open) socket.end(code, '')
  }
  /** Sends `bye` and closes every socket. */
  bye(code: number, retry: Retry, retryAfterMs?: number): void {
    for (const socket of this.open) {
      socket.write({ type: 'bye', code, reason: 'told by the test', retry, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
      queueMicrotask(() => queueMicrotask(() => socket.end(code, '')))
    }
  }
  /** Every open socket goes dead without a word. */
  halfOpen(): void {
    for (const socket of this.open) socket.halfOpen = true
  }
  inRoom(name: string): FakeSocket[] {
    return this.open.filter((socket) => socket.rooms.has(name))
  }

  opened(socket: FakeSocket): void {
    const offered = socket.protocols.find((entry) => entry.startsWith('bearer'))
    const token = offered === undefined ? null : offered.startsWith('bearer64.') ? atob(offered.slice(9).replaceAll('-', '+').replaceAll('_', '/')) : offered.slice(7)
    const refusal = this.refuse(socket, token)
    if (refusal !== null) {
      socket.write({ type: 'bye', reason: 'refused by the test', ...refusal })
      queueMicrotask(() => queueMicrotask(() => socket.end(refusal.code, '')))
      return
    }
    socket.user = token ?? 'ana'
    socket.connection = `c${++this.#ids}`
    socket.write({
      type: 'welcome', protocol: 'rooms.v1', connection: socket.connection, user: socket.user, now: Date.now(), pingMs: this.pingMs,
      ...(this.expiresInMs === undefined ? {} : { expiresAt: Date.now() + this.expiresInMs }), features: [],
      limits: { messageBytes: this.messageBytes, batchBytes: this.batchBytes, messagesPerSecond: this.messagesPerSecond, rooms: 100, members: this.pageSize, stateBytes: 1024 },
    })
    const path = /\/ws\/(.+)$/.exec(socket.url.pathname)
    const position = socket.url.searchParams.get('position')
    if (path !== null) this.received(socket, { type: 'join', room: decodeURIComponent(path[1]!), ...(position === null ? {} : { position }) })
  }

  received(socket: FakeSocket, frame: ClientFrame): void {
    this.frames.push({ ...frame, socket })
    const name = 'room' in frame && frame.room !== undefined ? frame.room : [...socket.rooms][0]!
    switch (frame.type) {
      case 'join': return this.#join(socket, frame)
      case 'leave': return this.#leave(socket, frame.room)
      case 'publish': return this.#publish(socket, name, frame)
      case 'signal': return this.#others(name, socket, { type: 'signal', room: name, signal: frame.signal, data: frame.data, from: socket.user })
      case 'typing': return this.#others(name, socket, { type: 'typing', room: name, user: socket.user, on: frame.on })
      case 'presence': return this.#presence(name, { left: [], joined: [], changed: this.room(name).enter(socket, frame.state) })
      case 'members': return socket.write({ type: 'members', room: name, ...this.room(name).page(frame.after, this.pageSize) })
      case 'auth': return socket.write({ type: 'ack', id: frame.id ?? '', result: { expiresAt: Date.now() + (this.expiresInMs ?? 0) } })
      case 'ping': return socket.write({ type: 'pong' })
      case 'pong':
    }
  }

  closed(socket: FakeSocket): void {
    for (const room of socket.rooms) this.#leave(socket, room)
  }

  #join(socket: FakeSocket, frame: JoinFrame): void {
    const name = frame.room
    if (this.denied.has(name)) {
      socket.write({ type: 'left', room: name, code: 4003, reason: 'forbidden', retry: 'never' })
      return
    }
    const room = this.room(name)
    const fresh = !room.has(socket.user)
    socket.rooms.add(name)
    const member = room.enter(socket, frame.state)
    const { replay, ...verdict } = room.since(frame.position, frame.rewind)
    socket.write({
      type: 'joined', room: name, position: room.position, ...verdict, replay: replay.length, ...room.page(undefined, this.pageSize),
      size: room.members.length, typing: [], grants: room.grants,
    }, ...replay)
    this.#presence(name, fresh ? { left: [], joined: member, changed: [] } : { left: [], joined: [], changed: member }, socket)
  }
  #leave(socket: FakeSocket, name: string): void {
    socket.rooms.delete(name)
    const gone = this.room(name).exit(socket)
    if (socket.readyState === 1) socket.write({ type: 'left', room: name, code: 1000, reason: 'left', retry: 'never' })
    this.#presence(name, { left: gone, joined: [], changed: [] })
  }
  #publish(socket: FakeSocket, name: string, frame: PublishFrame): void {
    const id = frame.id
    if (this.holdAcks || id === undefined) return
    const before = this.#done.get(id)
    if (before !== undefined) return socket.write({ type: 'ack', id, room: name, position: before, duplicate: true })
    const outcome = this.handle(frame, socket.user)
    if ('error' in outcome) {
      const { error, ...rest } = outcome
      return socket.write({ type: 'error', code: error, message: `${error} by the test`, id, room: name, ...rest })
    }
    const position = this.send(name, frame.event, outcome.data, { id, from: socket.user })
    this.#done.set(id, position)
    socket.write({ type: 'ack', id, room: name, position })
  }
  #presence(room: string, diff: { left: string[]; joined: Member[]; changed: Member[] }, except?: FakeSocket): void {
    if (diff.left.length + diff.joined.length + diff.changed.length === 0) return
    this.#others(room, except, { type: 'presence', room, ...diff, size: this.room(room).members.length })
  }
  #others(room: string, socket: FakeSocket | undefined, frame: ServerFrame): void {
    for (const other of this.inRoom(room)) if (other !== socket) other.write(frame)
  }
}

/** The WebSocket class that leads to a server. */
function socketsOf(server: FakeServer): WebSocketConstructor {
  return class extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(server, url, protocols)
      server.sockets.push(this)
      queueMicrotask(() => server.down ? this.end(1006, '') : server.hang || this.open())
    }
  }
}

function skipOf(frame: EventFrame): SkipFrame {
  return { type: 'skip', room: frame.room, offset: frame.offset, tag: frame.tag, id: frame.id }
}

/** One room's stream and members. */
export class FakeRoom {
  readonly name: string
  epoch: string
  events: EventFrame[] = []
  /** Offsets up to this one are gone from history. */
  trimmed = 0
  grants: RoomGrants = { publish: ['message'], signal: ['cursor'], presence: true, history: true }
  readonly #connections = new Map<FakeSocket, { state: unknown }>()

  constructor(name: string, epoch: string) {
    this.name = name
    this.epoch = epoch
  }
  get offset(): number {
    return this.events.length
  }
  get position(): string {
    return formatPosition({ epoch: this.epoch, offset: this.offset, tag: this.events.at(-1)?.tag ?? '-' })
  }
  get members(): Member[] {
    const members = new Map<string, Member>()
    for (const [{ user }, { state }] of this.#connections)
      members.set(user, { user, info: { name: user }, state, connections: (members.get(user)?.connections ?? 0) + 1, since: 0 } as Member)
    return [...members.values()].sort((a, b) => (a.user < b.user ? -1 : 1))
  }
  append(event: string, data: unknown, id: string, from: string | undefined): EventFrame {
    const offset = this.offset + 1
    const frame: EventFrame = { type: 'event', room: this.name, event, data, offset, tag: `tag${String(offset).padStart(5, '0')}`, id, at: Date.now(), ...(from === undefined ? {} : { from }) }
    this.events.push(frame)
    return frame
  }
  restart(epoch: string): void {
    this.epoch = epoch
    this.events = []
    this.trimmed = 0
  }
  since(text: string | undefined, rewind = 0): { recovered?: boolean; reason?: JoinReason; replay: EventFrame[] } {
    const last = rewind === 0 ? [] : this.events.slice(-rewind)
    if (text === undefined) return { replay: last }
    const position = parsePosition(text)
    const reason: JoinReason | null = position === null ? 'invalid' : position.epoch !== this.epoch ? 'epoch'
      : position.offset > this.offset ? 'ahead' : position.offset < this.trimmed ? 'trimmed' : null
    return reason === null ? { recovered: true, replay: this.events.slice(position!.offset) } : { recovered: false, reason, replay: last }
  }
  has(user: string): boolean {
    return [...this.#connections.keys()].some((socket) => socket.user === user)
  }
  enter(socket: FakeSocket, state: unknown): Member[] {
    this.#connections.set(socket, { state: state ?? this.#connections.get(socket)?.state ?? null })
    return this.members.filter((member) => member.user === socket.user)
  }
  /** Someone who needs no socket. */
  add(user: string, state: unknown = null): void {
    this.#connections.set({ user } as FakeSocket, { state })
  }
  exit(socket: FakeSocket): string[] {
    return this.#connections.delete(socket) && !this.has(socket.user) ? [socket.user] : []
  }
  page(after: string | undefined, size: number): { members: Member[]; more?: boolean } {
    const rest = this.members.filter(({ user }) => after === undefined || user > after)
    return rest.length > size ? { members: rest.slice(0, size), more: true } : { members: rest }
  }
}

/** Lets all microtasks run that are under way. */
export async function settle(turns = 40): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve()
}
