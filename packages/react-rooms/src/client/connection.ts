import type { ClientFrame, JoinFrame, ServerFrame, WelcomeFrame } from 'rooms-protocol'
import { createTimer } from './clock.js'
import { NO_CONNECTION, type ConnectionInfo } from './connection-info.js'
import { IDLE, isStill, nextConnection, type ConnectionEvent, type ConnectionState } from './connection-state.js'
import { UnauthorizedError } from './errors.js'
import { leftFrame } from './left-frame.js'
import { offline, type NetworkHint } from './network-hints.js'
import type { Settings, TokenReason } from './options.js'
import { createOutbox, type Outbox } from './outbox.js'
import { createPace, type Pace } from './pace.js'
import type { Link } from './transports/transport.js'
import { FORBIDDEN, verdictOf } from './verdict.js'

/** What comes back with it; a refused token is a `bye` instead. */
interface AuthAnswer { readonly result?: { readonly expiresAt?: number } }

/** A room, as its connection sees it. */
export interface Tenant {
  readonly name: string
  /** The server is there: join. With `again` even a room that was refused. */
  welcomed(again?: boolean): void
  /** A frame for this room; the connection going away is a `left` that says to come back. */
  receive(frame: ServerFrame): void
  /** Another user signed in: nothing of before may be resumed. */
  startOver(): void
  /** Whether objects for this room would be taken now. */
  isIn(): boolean | undefined
  /** Whether it was refused or closed: nothing joins it but a person's wish. */
  isOut(): boolean
  /** What would join it now, resuming where it stands. */
  join(): JoinFrame
}

/** Keeps one session after another open while a room wants one, and passes on what it says. */
export interface Connection {
  /** Whether it serves one room only, named in its address. */
  readonly dedicated: boolean
  info(): ConnectionInfo
  readonly outbox: Outbox
  /** What the server said at the start of the open session; undefined while there is none. */
  welcome(): WelcomeFrame | undefined
  /** Who the server last said we are. */
  user(): string | null
  admit(room: Tenant): void
  dismiss(room: Tenant): void
  /** Sends if connected and, with `paced`, within the server's pace; says whether it did. */
  send(frame: ClientFrame, paced?: boolean): boolean
  hinted(hint: NetworkHint): void
  tryAgain(): void
  close(): void
}

/** @param changed told when what `info` says is new. */
export const createConnection = (settings: Settings, dedicated: boolean, changed: () => void): Connection => {
  /** From asking for a token to `welcome`. */
  const HANDSHAKE_MS = 20_000
  /** How much longer than `pingMs` the server may be silent. */
  const GRACE_MS = 10_000
  /** How long a probe waits for a sign of life. */
  const PROBE_MS = 5_000
  /** Up this long, a connection's earlier failures are forgotten. */
  const STABLE_MS = 5_000
  /** A token is renewed this long before it expires, or after three quarters of a short life. */
  const EARLY_MS = 30_000
  /** Between two attempts to renew a token. */
  const RENEW_MS = 5_000
  const { clock, backoff, getToken, transports } = settings
  const rooms = new Map<string, Tenant>()
  /** For the next attempt or, while there is a session, for a sign of life. */
  const alarm = createTimer(clock)
  const losing = createTimer(clock)
  const renewal = createTimer(clock)
  let state: ConnectionState = IDLE
  let info = NO_CONNECTION
  let user: string | null = null
  let lost = false
  /** Epoch ms of the last word from the server. */
  let heardAt: number | null = null
  // The present session. Each is a generation of its own: once its `abort` fired, nothing of it is heard.
  let abort = new AbortController()
  let link: Link | undefined
  /** Whether the open link has said anything yet. */
  let heard = true
  /** Whose turn the next attempt is. */
  let turn = 0
  /** The first transport worked before, or none did: it may have failed only because the server was down, and is asked once more when that is up. */
  let doubted = false
  let welcome: WelcomeFrame | undefined
  let pace: Pace
  let welcomedAt = 0

  const tell = (frame: ServerFrame): void => rooms.forEach((room) => room.receive(frame))
  const joins = (): JoinFrame[] => [...rooms.values()].flatMap((room) => (dedicated || !room.isOut() ? room.join() : []))
  const update = (): void => {
    info = { ...state, attempt: welcome ? 0 : state.attempt, lost, queued: outbox.unsettled.size, lastSyncedAt: heardAt, transport: welcome ? link!.transport : null }
    changed()
  }

  const write = (encoded: string, paced?: boolean): boolean => {
    if (!welcome || (paced && !pace(clock.now()))) return false
    link!.send(encoded, welcome.limits.batchBytes)
    return true
  }
  const send: Connection['send'] = (frame, paced) => write(JSON.stringify(frame), paced)
  /** Something must be heard within this time. */
  const watch = (ms: number): void => alarm(ms, broke)
  const probe = (): void => {
    if (send({ type: 'ping' })) watch(PROBE_MS)
  }
  const outbox = createOutbox(
    settings, (room, encoded) => rooms.get(room)?.isIn() && write(encoded, true), () => welcome?.limits.messageBytes, probe, update,
  )

  /** Something happened that may change the state; then everything follows that the new one asks for. */
  const dispatch = (event: ConnectionEvent, code = 0, retryAfterMs = 0, isOffline = offline()): void => {
    const now = clock.now()
    if (welcome && now - welcomedAt >= STABLE_MS) state = nextConnection(state, 'stable')
    const before = state
    // A room that refuses us says nothing of the others' connections.
    const refused = dedicated && code === FORBIDDEN
    if (refused) tell(leftFrame(code, 'never'))
    // Full jitter, so that a herd spreads over the whole wait; a server that names the time has spread it.
    const jitterMs = event === 'now' && retryAfterMs ? 0 : clock.random() * Math.min(backoff.maxMs, backoff.minMs * 2 ** before.attempt)
    state = nextConnection(before, refused ? 'unwanted' : event, now + retryAfterMs + jitterMs, isOffline)
    if (state === before) return
    const { status, retryAt } = state
    if (status === 'connected') {
      losing()
      lost = false
    } else {
      const away = welcome
      abort.abort()
      abort = new AbortController()
      alarm()
      renewal()
      link = welcome = undefined
      heard = true
      if (isStill(state)) {
        losing()
        lost = status !== 'idle'
        outbox.rejectAll('unavailable', status)
      } else {
        if (away || isStill(before)) losing(settings.lostAfterMs, () => {
          lost = true
          update()
        })
        if (retryAt === null) connect(status === 'connecting' ? 'initial' : state.refused ? 'refused' : 'reconnect')
        else alarm(retryAt - now, () => dispatch('due'))
      }
      // Told last: who listens may act on the connection at once.
      if (away) {
        outbox.sessionEnded()
        tell(leftFrame(1006, 'backoff'))
      }
    }
    update()
  }
  /** The session ended without a `bye`. */
  const broke = (code?: number): void => {
    if (!heard) {
      turn = (turn + 1) % transports.length
      doubted ||= !turn
    }
    dispatch(verdictOf(code), code)
  }

  /** Uses the application's token, if somebody still waits for it then. */
  const withToken = async (reason: TokenReason, then: (token: string | null, signal: AbortSignal) => unknown): Promise<void> => {
    const { signal } = abort
    try {
      const token = await getToken?.({ reason, signal })
      if (!signal.aborted) then(token ?? null, signal)
    } catch (error) {
      if (!signal.aborted) {
        if (error instanceof UnauthorizedError) dispatch('unauthorized')
        else if (!welcome) broke()
      }
    }
  }
  const renew = (): void => {
    renewal(RENEW_MS, renew)
    void withToken('expiring', (token) => token && send({ type: 'auth', token, id: 'auth' }))
  }
  /** @param expiresAt by the server's clock. */
  const renewBefore = (expiresAt: number | undefined): void => {
    if (!expiresAt || !getToken) return
    const lifeMs = expiresAt - welcome!.now - (clock.now() - welcomedAt)
    // Never at once: a provider that hands out expired tokens must not be asked in a circle.
    renewal(Math.max(1_000, lifeMs * 0.75, lifeMs - EARLY_MS), renew)
  }

  const receive = (frame: ServerFrame): void => {
    switch (frame.type) {
      case 'welcome': return welcomed(frame)
      case 'bye': return dispatch(frame.retry, frame.code, frame.retryAfterMs)
      case 'ack':
      case 'error':
        if (frame.id === 'auth') renewBefore((frame as AuthAnswer).result?.expiresAt)
        return outbox.answered(frame)
      default: {
        const { room } = frame as { room?: string }
        if (room) rooms.get(room)?.receive(frame)
        else tell(frame)
      }
    }
  }
  const welcomed = (frame: WelcomeFrame): void => {
    // A session may be welcomed once more, after a new token.
    if (!welcome) {
      const again = doubted && turn
      doubted = !turn
      turn = 0
      if (again) return dispatch('now', 0, 1)
    }
    welcome = frame
    welcomedAt = heardAt!
    pace = createPace(frame.limits.messagesPerSecond, welcomedAt)
    renewBefore(frame.expiresAt)
    if (user && user !== frame.user) {
      outbox.rejectAll('unauthorized', 'another user signed in')
      rooms.forEach((room) => room.startOver())
    }
    user = frame.user
    dispatch('welcomed')
    rooms.forEach((room) => room.welcomed())
  }

  const connect = (reason: TokenReason): void => {
    watch(HANDSHAKE_MS)
    void withToken(reason, (token, signal) => {
      heard = false
      link = settings.open(settings, dedicated ? addressOf(joins()[0]!) : '?v=1', token, {
        signal,
        transport: transports[turn]!,
        joins,
        message(text) {
          // No word of a session that ended is a sign of life for the next.
          if (signal.aborted) return
          heard = true
          heardAt = clock.now()
          for (const line of text.split('\n'))
            try {
              // An object before may have ended the session, or this side did.
              if (!signal.aborted) receive(JSON.parse(line) as ServerFrame)
            } catch {
              // No object of ours, or no text at all: the others of the batch are none the worse.
            }
          if (welcome) watch(welcome.pingMs + GRACE_MS)
        },
        closed(code) {
          if (!signal.aborted) broke(code)
        },
      })
    })
  }

  return {
    dedicated,
    info: () => info,
    outbox,
    welcome: () => welcome,
    user: () => user,
    admit(room) {
      rooms.set(room.name, room)
      dispatch('wanted')
      if (welcome) room.welcomed()
    },
    dismiss({ name }) {
      rooms.delete(name)
      if (!rooms.size) dispatch('unwanted')
    },
    send,
    hinted(hint) {
      // The page may go into the back/forward cache, where no open socket may be. Either comes with a word for its end.
      if (hint === 'offline' || hint === 'pagehide') return dispatch('backoff', 0, backoff.maxMs, hint === 'offline')
      outbox.sendDue()
      dispatch('due')
      probe()
    },
    tryAgain() {
      dispatch('retry')
      if (rooms.size) dispatch('wanted')
      probe()
      rooms.forEach((room) => room.welcomed(true))
    },
    close: () => dispatch('closed'),
  }
}

/** What an address says to join its room. Neither a name nor a position holds anything that would have to be escaped. */
const addressOf = ({ room, position, rewind = 0 }: JoinFrame): string => `/${room}?v=1&rewind=${rewind}${position ? `&position=${position}` : ''}`
