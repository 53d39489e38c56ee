import { isRoomName, type AnnouncedLimits, type ClientFrame, type Info, type KindOf, type RegisteredContract, type RoomName } from 'rooms-protocol'
import { RoomsUsageError } from '../client/errors.js'
import type { RoomsClientOptions, TokenReason } from '../client/options.js'
import { createRoomsClient, internalsOf, type RoomsClient } from '../client/rooms-client.js'
import { bearer64 } from '../client/transports/bearer64.js'
import { openWebSocket } from '../client/transports/websocket.js'
import { createMockRoom } from './create-mock-room.js'
import { backwardsTwice, type ArrivalOrder } from './faults.js'
import { createMockClock, pageClock } from './mock-clock.js'
import type { AnyMockRoom, MockRoom } from './mock-room.js'
import { createMockServer } from './mock-server.js'
import { createSettling } from './settling.js'
import { watchClient } from './watch-client.js'

/** The options of `createRoomsClient` besides where the server is, and what the mock server is to be like. */
export interface MockRoomsOptions extends Omit<RoomsClientOptions, 'url' | 'WebSocket' | 'clock' | 'transports'> {
  /** Who the server says the client is; as a function, by the token. Default `ana`. */
  user?: string | ((token: string | null) => string)
  /** What members see of that user. Default `{ name: user }`, as for everyone. */
  info?: Info
  /** How long a session lives unless it is refreshed. Default: for ever. */
  expiresInMs?: number
  /** What the server announces. Default: its defaults. */
  limits?: Partial<AnnouncedLimits>
  /**
   * With fake timers, what moves them: `vi.advanceTimersByTimeAsync`, `jest.advanceTimersByTimeAsync`. The client then
   * runs on the page's time and `advance` moves all of it. Default: the client has a time of its own, which only `advance` moves.
   */
  advanceTimers?: (ms: number) => unknown
}

/** A client for components under test, and the hand that plays its server. */
export interface MockRooms<C = RegisteredContract> {
  /** For `<RoomsProvider client={rooms.client}>`: the real one. */
  readonly client: RoomsClient<C>
  /** The server's side of a room. Throws for a name outside the grammar. */
  room<N extends RoomName<C>>(name: N): MockRoom<KindOf<N, C>, C>
  /**
   * Resolves when everything that was sent is delivered and rendered, within act(). No time passes.
   *
   * @throws what a handler of `onPublish` threw, or RoomsUsageError when it never comes to rest.
   */
  flush(): Promise<void>
  /** Lets that much of the client's time pass, and all that follows from it: waits, retries, expiry. Then as `flush`. */
  advance(ms: number): Promise<void>
  /** Cuts the connection; with a code from 4000 on the server says why first, as ours does. It comes back after `advance(1_000)`. Default 1006. */
  drop(code?: number, options?: { readonly reason?: string; readonly retryAfterMs?: number }): void
  /** Lets the connection die without a word: nothing passes either way, until the client notices (35 s) and replaces it. */
  halfOpen(): void
  /** Cuts the connection and lets none succeed, until `up()`. */
  down(): void
  up(): void
  /** The token is no longer accepted: the connection ends with 4001 and the client asks `getToken` for another, with `refused`. */
  expireToken(): void
  /** The next events, this many, get lost on the way. The client sees the gap at the event after, and joins again 250 ms later. */
  skipOffsets(events: number): void
  /** The next events that are delivered together arrive in another order: by default the last first and each twice. */
  reorder(order?: ArrivalOrder): void
  /** Objects of one type that the client sent, oldest first. */
  received<T extends ClientFrame['type']>(type: T): readonly Extract<ClientFrame, { readonly type: T }>[]
  /** Connections the client has opened so far, and how many of them are open. */
  readonly opened: number
  readonly open: number
  /** Why `getToken` was asked, each time. */
  readonly tokensAsked: readonly TokenReason[]
  /** Closes the client. */
  close(): Promise<void>
}

/** As `rooms.v1` servers announce by default. */
const LIMITS: AnnouncedLimits = { messageBytes: 65_536, batchBytes: 262_144, messagesPerSecond: 50, rooms: 100, members: 200, stateBytes: 1_024 }

/**
 * Makes rooms for component tests: the real client, speaking the real protocol to a server in the test, without a socket.
 * Typed from the contract, as the hooks are.
 *
 * @example
 * const rooms = createMockRooms()
 * render(<RoomsProvider client={rooms.client}><Chat id="lobby" /></RoomsProvider>)
 * await rooms.flush()
 * rooms.room('chat:lobby').send('message', { id: '1', text: 'hello' })
 * await rooms.flush()
 */
export function createMockRooms<C = RegisteredContract>(options: MockRoomsOptions = {}): MockRooms<C> {
  const { user = 'ana', info, expiresInMs, limits, advanceTimers, getToken, ...rest } = options
  const ownClock = advanceTimers === undefined ? createMockClock() : undefined
  const clock = ownClock ?? pageClock
  const userOf = typeof user === 'string' ? () => user : user
  const own = (): string => client.user() ?? userOf(null)
  const infoOf = (of: string): Info => (info !== undefined && of === own() ? info : { name: of }) as Info
  const server = createMockServer({ clock, userOf, infoOf, limits: { ...LIMITS, ...limits }, expiresInMs })
  const tokensAsked: TokenReason[] = []
  const client = createRoomsClient({
    ...rest, url: 'https://rooms.test', transports: ['websocket'], WebSocket: server.WebSocket, clock,
    getToken(context) {
      tokensAsked.push(context.reason)
      return getToken === undefined ? `token-${tokensAsked.length}` : getToken(context)
    },
  })
  // At once, whatever a test takes for a token: nothing may wait for a chunk.
  internalsOf(client).settings.open = (settings, path, token, ends) => openWebSocket(settings, path, token && bearer64(token), ends)
  const watched = watchClient(client)
  const { flush, advance } = createSettling({ server, watched, ownClock, advanceTimers })
  const rooms = new Map<string, AnyMockRoom>()

  const cut = (how: string): ReturnType<typeof server.sessions> => {
    const open = server.sessions()
    if (open.length === 0) throw new RoomsUsageError(`${how} needs an open connection: render what holds a room, then await rooms.flush()`)
    return open
  }
  const drop: MockRooms['drop'] = (code = 1006, { reason = 'dropped by the test', retryAfterMs } = {}) => {
    for (const session of cut('drop()')) {
      if (code < 4_000) session.socket.end(code)
      else session.end(code, reason, retryAfterMs)
    }
  }

  const mock: MockRooms = {
    client,
    room(name) {
      if (!isRoomName(name)) throw new RoomsUsageError(`'${String(name)}' is no room name: 'kind' or 'kind:id'; roomName(kind, text) makes one of any text`)
      const served = server.room(name)
      let room = rooms.get(name)
      if (room === undefined) {
        const joining = (): boolean => watched.needsJoin(name) && !served.visited && served.refusal === null && !server.isDown()
        rooms.set(name, (room = createMockRoom(served, { nextId: server.nextId, own, infoOf, joining })))
      }
      return room as never
    },
    flush,
    advance,
    drop,
    halfOpen() {
      for (const { socket } of cut('halfOpen()')) socket.mute()
    },
    down() {
      server.setDown(true)
      for (const { socket } of server.sessions()) socket.end(1006)
    },
    up: () => server.setDown(false),
    expireToken() {
      cut('expireToken()')
      server.expire()
    },
    skipOffsets(events) {
      if (!Number.isInteger(events) || events < 1) throw new RoomsUsageError('skipOffsets(n) loses the next n events: n is 1 or more')
      server.faults.lose(events)
    },
    reorder: (order = backwardsTwice) => server.faults.reorder(order),
    received: (type) => server.received.filter((frame) => frame.type === type) as never,
    get opened() {
      return server.opened
    },
    get open() {
      return server.sessions().length
    },
    tokensAsked,
    async close() {
      await client.close()
      await flush()
    },
  }
  return mock as unknown as MockRooms<C>
}
