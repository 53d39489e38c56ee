import { type EventFrame, formatPosition, type JoinedFrame, parsePosition, type Position, type ServerFrame, type SkipFrame } from 'rooms-protocol'
import { openSession, type RawSession, type Transport } from '../support/raw-session.js'

/** Pause before a client that wants to stay connects again. */
const RECONNECT_MS = 20
/** How long a hole may stay before the client asks for what is missing. */
const HOLE_MS = 250

/** What a client applied without being told to refetch: everything after `start`, one after the other. */
export interface Segment {
  readonly start: Position
  readonly applied: (EventFrame | SkipFrame)[]
}

/** A replay under way: frames still to come, and the place that is true after the last of them. */
interface Replaying {
  left: number
  readonly position: Position
}

/**
 * A client that does what the specification asks of one: it applies the offset after its last, ignores what it has,
 * asks again when something is missing, and adopts `joined.position` only after the last replayed frame. It writes
 * down what it applied, and every liberty the server took.
 */
export class Follower {
  readonly room: string
  readonly user: string
  readonly segments: Segment[] = []
  /** What a server must never do. */
  readonly faults: string[] = []
  /** What came, in few words, for the one who must find out why. */
  readonly story: string[] = []
  /** Over what it connects next. */
  readonly #transport: () => Transport
  #session: RawSession | null = null
  #over: Transport = 'websocket'
  /** Called when a session ended by itself. */
  #whenClosed: () => void = () => {}
  #position: Position | null = null
  #replaying: Replaying | null = null
  /** Joins that were sent and not answered yet. */
  #asked: (Position | null)[] = []
  /** How often this connection joined. */
  #joins = 0
  /** Offsets up to here may come again: a client that joins again asks from where it was then. */
  #again = 0
  #hole: NodeJS.Timeout | undefined
  #changed: () => void = () => {}
  constructor(room: string, user: string, transport: () => Transport = () => 'websocket') {
    this.room = room
    this.user = user
    this.#transport = transport
  }

  get connected(): boolean { return this.#session !== null }
  get position(): string | null { return this.#position === null ? null : formatPosition(this.#position) }

  connect(url: string): void {
    this.cut()
    this.#over = this.#transport()
    this.story.push(`→ ${this.#over} ${url} ${this.position ?? ''}`)
    this.#asked = [this.#position]
    this.#joins = 0
    this.#session = openSession(this.#over, { room: this.room, user: this.user, position: this.position, url: () => url }, {
      frame: (frame) => this.#take(frame),
      closed: () => {
        this.cut()
        this.#whenClosed()
      },
      stands: (position) => { if (position !== undefined && position !== this.position) this.faults.push(`an answer says ${position}, but its messages lead to ${String(this.position)}`) },
    })
  }

  /** Stays connected from now on; returns what ends that. */
  stay(url: string): () => void {
    let timer: NodeJS.Timeout | undefined
    this.#whenClosed = () => { timer = setTimeout(() => this.connect(url), RECONNECT_MS) }
    if (!this.connected) this.connect(url)
    return () => {
      clearTimeout(timer)
      this.#whenClosed = () => {}
      this.cut()
    }
  }

  /** The connection breaks. */
  cut(): void {
    const session = this.#session
    this.#session = null
    this.#replaying = null
    clearTimeout(this.#hole)
    this.#hole = undefined
    session?.cut()
    this.#changed()
  }

  /** Joins again on the same connection, from where this client is; only a WebSocket can be asked to. */
  rejoin(): void {
    if (this.#position === null) return
    const isSent = this.#session?.say(JSON.stringify({ type: 'join', room: this.room, position: formatPosition(this.#position) }))
    if (isSent === true) this.#asked.push(this.#position)
  }

  /** Resolves when this connection has joined. */
  joined(ms: number): Promise<void> {
    return this.#until('joined', () => this.#joins > 0, ms)
  }

  /** Resolves at a place: the event there was applied, or the client was told to refetch everything up to it. */
  reaches(position: string, ms: number): Promise<void> {
    return this.#until(position, () => this.position === position, ms)
  }

  async #until(what: string, done: () => boolean, ms: number): Promise<void> {
    const deadline = AbortSignal.timeout(ms)
    deadline.addEventListener('abort', () => this.#changed(), { once: true })
    while (!done()) {
      if (deadline.aborted) throw new Error(`${this.user} never came to ${what}: it is at ${String(this.position)}, ${this.connected ? 'connected' : 'not connected'}`)
      await new Promise<void>((resolve) => { this.#changed = resolve })
    }
  }

  #take(frame: ServerFrame): void {
    if ('offset' in frame) this.story.push(`${frame.type === 'event' ? '' : 'skip '}${frame.offset}`)
    else if (frame.type !== 'presence') this.story.push('position' in frame ? `${frame.type}${frame.type === 'joined' ? `(${String(frame.recovered)},${frame.replay})` : ''} ${String(frame.position)}` : frame.type)
    switch (frame.type) {
      case 'joined': this.#joined(frame); break
      case 'event':
      case 'skip': this.#offered(frame); break
      case 'reset': this.#begin(parsePosition(frame.position)!); break
      case 'left':
        this.cut()
        this.#whenClosed()
        break
      default: return
    }
    this.#changed()
  }

  #joined({ position: text, recovered, reason, replay }: JoinedFrame): void {
    const position = parsePosition(text)!
    const asked = this.#asked.shift() ?? null
    this.#again = this.#joins++ === 0 ? 0 : this.#position!.offset
    if (asked === null && recovered !== undefined) this.faults.push(`recovered ${recovered} without a position`)
    if (asked !== null && recovered === undefined) this.faults.push('a position was given and not answered')
    if (recovered === false && reason === undefined) this.faults.push('not recovered, without a reason')
    if (recovered !== true) {
      if (replay > 0) this.faults.push(`a replay of ${replay} that nobody asked for`)
      return this.#begin(position)
    }
    this.#replaying = replay > 0 ? { left: replay, position } : null
    if (replay > 0) return
    if (asked !== null && formatPosition(asked) !== text) this.faults.push(`recovered from ${formatPosition(asked)} to ${text} without a replay`)
  }

  /** The application is told to refetch: what comes next belongs to `start`. */
  #begin(start: Position): void {
    this.segments.push({ start, applied: [] })
    this.#position = start
    this.#replaying = null
    clearTimeout(this.#hole)
    this.#hole = undefined
  }

  #offered(frame: EventFrame | SkipFrame): void {
    if (this.#position === null) return void this.faults.push(`${frame.offset} before joined`)
    if (frame.offset <= this.#position.offset) {
      if (frame.offset > this.#again) this.faults.push(`${frame.offset} again, at ${this.#position.offset}`)
    } else if (frame.offset === this.#position.offset + 1) this.#apply(frame)
    else {
      this.faults.push(`${frame.offset} right after ${this.#position.offset}`)
      this.#tooEarly()
    }
    if (this.#replaying !== null && --this.#replaying.left === 0) this.#endReplay(this.#replaying.position)
  }

  #apply(frame: EventFrame | SkipFrame): void {
    this.segments.at(-1)!.applied.push(frame)
    this.#position = { epoch: this.#position!.epoch, offset: frame.offset, tag: frame.tag }
  }

  /** The rejoin will bring it again. */
  #tooEarly(): void {
    this.#hole ??= setTimeout(() => {
      this.#hole = undefined
      this.rejoin()
    }, HOLE_MS)
  }

  #endReplay(position: Position): void {
    this.#replaying = null
    if (this.#position!.offset === position.offset && this.#position!.tag !== position.tag) this.faults.push(`the replay ended at ${this.position ?? ''}, but was said to end at ${formatPosition(position)}`)
    if (this.#position!.offset < position.offset) this.faults.push(`the replay ended at ${this.#position!.offset}, before ${position.offset}`)
  }
}
