import { createStore, type Store } from '../client/store.js'
import type { Link, LinkEnds, OpenLink } from '../client/transports/transport.js'
import { internalsOf, type RoomsClient } from '../client/rooms-client.js'
import { createDelayLine } from './delay-line.js'
import { createRecorder, type Recorder } from './recorder.js'
import { newContext, nextContext, type SessionContext } from './session-context.js'
import { withoutToken } from './without-token.js'

/** What is being done to the connection, for as long as it is. */
export interface Faults {
  /** No session is let through. */
  readonly offline: boolean
  /** Each message waits this long, either way. */
  readonly delayMs: number
}
const NONE: Faults = { offline: false, delayMs: 0 }

/** Sits between a client and its wires: records what passes, delays and cuts it. */
export interface Tap {
  readonly recorder: Recorder
  readonly faults: Store<Faults>
  /** Begins, if nobody began before. Returns the end: with the last one everything is as without devtools. */
  attach(): () => void
  /** Whether the session with this connection id is one that passes here. */
  records(connection: string): boolean
  /** The network fails once; the client comes back by itself. */
  cut(): void
  setOffline(offline: boolean): void
  setDelay(delayMs: number): void
  /** The server's word for a token that expired; the client asks for another. */
  expireToken(): void
  /** New sessions instead of those that were open before. */
  reconnect(): void
}

interface Session {
  context(): SessionContext
  cut(): void
  /** The client hears this as if the server had said it. */
  say(text: string): void
  flush(): void
}

const taps = new WeakMap<RoomsClient, Tap>()

/** The one tap of a client. It does nothing before `attach`. */
export function tapOf(client: RoomsClient): Tap {
  let tap = taps.get(client)
  if (tap === undefined) taps.set(client, (tap = createTap(client)))
  return tap
}

function createTap(client: RoomsClient): Tap {
  const { settings, heldRooms, allConnections: connections } = internalsOf(client)
  const { clock } = settings
  const recorder = createRecorder(clock)
  const faults = createStore(NONE)
  const sessions = new Set<Session>()
  /** How many want it attached; what passes is recorded while any does. */
  let wanted = 0

  const record = (way: 'in' | 'out' | 'here', text: string, context: SessionContext): void => {
    if (wanted === 0) return
    try {
      recorder.add(way, way === 'out' ? withoutToken(text) : text, context)
    } catch {
      // Whatever is wrong with it is the client's to say; devtools only look on.
    }
  }
  /** An attempt while held offline. It ends by the hint and not by itself, which would speak against its transport. */
  const refuse = (path: string, { signal, transport }: LinkEnds): Link => {
    const context = newContext(path)
    const { servedBy = connections()[0] } = [...heldRooms()].find(({ name }) => name === context.room) ?? {}
    record('here', 'connecting failed: held offline', context)
    clock.after(0, () => {
      if (!signal.aborted) servedBy?.hinted('offline')
    })
    return { transport, send() {} }
  }

  const pass = (open: OpenLink): OpenLink => (given, path, token, ends) => {
    if (faults.get().offline) return refuse(path, ends)
    const delay = (): number => faults.get().delayMs
    const incoming = createDelayLine(clock, delay)
    const outgoing = createDelayLine(clock, delay)
    let context = newContext(path)

    const finish = (): void => {
      sessions.delete(session)
      incoming.clear()
      outgoing.clear()
    }
    /** What a wire says after this side let go of it is nobody's. */
    const whileOpen = (run: () => void): void => {
      if (sessions.has(session)) incoming.pass(run)
    }
    const hear = (text: string): void => {
      for (const line of text.split('\n')) {
        if (line === '') continue
        context = contextAfter(context, line)
        record('in', line, context)
      }
      ends.message(text)
    }
    const lost = (code: number, why: string): void => {
      if (!sessions.has(session)) return
      finish()
      record('here', why, context)
      ends.closed(code)
    }
    const session: Session = {
      context: () => context,
      cut() {
        // One that has not begun would speak against its transport, too.
        if (context.connection !== null) lost(1006, 'cut here')
      },
      say: (text) => ends.message(text),
      flush() {
        incoming.flush()
        outgoing.flush()
      },
    }
    sessions.add(session)
    // Before the link hears of it, whose last words are nobody's any more.
    ends.signal.addEventListener('abort', () => {
      if (sessions.has(session)) record('here', 'closed by the client', context)
      finish()
    })
    record('here', `connecting by ${ends.transport}`, context)
    const link = open(given, path, token, {
      ...ends,
      message: (text) => whileOpen(() => hear(text)),
      closed: (code) => whileOpen(() => lost(code, `closed, code ${code}`)),
    })
    return {
      get transport() {
        return link.transport
      },
      send(encoded, batchBytes) {
        record('out', encoded, context)
        outgoing.pass(() => link.send(encoded, batchBytes))
      },
    }
  }

  let before: OpenLink | undefined
  /** Ours, while it is in place. */
  let between: OpenLink | undefined
  const remove = (): void => {
    setOffline(false)
    faults.set(NONE)
    for (const session of sessions) session.flush()
    // With somebody else's in front ours has to stay; it passes everything on.
    if (settings.open !== between) return
    settings.open = before!
    between = undefined
  }
  const setOffline = (offline: boolean): void => {
    if (faults.get().offline === offline) return
    faults.set({ ...faults.get(), offline })
    record('here', offline ? 'held offline' : 'released', newContext(''))
    for (const connection of connections()) connection.hinted(offline ? 'offline' : 'online')
  }

  return {
    recorder,
    faults,
    attach() {
      if (wanted++ === 0 && between === undefined) {
        before = settings.open
        settings.open = between = pass(before)
      }
      let attached = true
      return () => {
        if (attached && --wanted === 0) remove()
        attached = false
      }
    },
    records: (connection) => [...sessions].some((session) => session.context().connection === connection),
    cut() {
      for (const session of [...sessions]) session.cut()
    },
    setOffline,
    setDelay: (delayMs) => faults.set({ ...faults.get(), delayMs }),
    expireToken() {
      for (const session of [...sessions]) {
        record('here', 'token expired here', session.context())
        session.say('{"type":"bye","code":4001,"reason":"the token expired","retry":"refresh"}')
      }
    },
    reconnect() {
      for (const connection of connections()) {
        connection.hinted('pagehide')
        connection.hinted('pageshow')
      }
    },
  }
}

function contextAfter(context: SessionContext, line: string): SessionContext {
  try {
    return nextContext(context, line)
  } catch {
    return context
  }
}
