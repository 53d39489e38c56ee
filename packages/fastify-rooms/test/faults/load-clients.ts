import { type AckFrame, formatPosition, parsePosition, type Position, type ServerFrame } from 'rooms-protocol'
import { stopwatch } from './stopwatch.js'
import { openSession, type RawSession, type Transport } from '../support/raw-session.js'

/** Pause before a client connects again, and before a publish that was not taken is sent again. */
const AGAIN_MS = 50
/** Publishes without an answer beyond which no new ones are made. */
const MOST_UNANSWERED = 2_000

/** Where a client may connect now. */
export type Nodes = () => string

/** A session that is opened again whenever it breaks. */
abstract class LastingClient {
  readonly user: string
  readonly #nodes: Nodes
  readonly #room: string
  readonly #transport: () => Transport
  #session: RawSession | null = null
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** The node it asked last. */
  url = ''
  /** Over what it is connected, or was last. */
  transport: Transport | null = null
  /** How often that was another than the time before. */
  switches = 0
  /** Epoch ms of the last break; 0 while joined. */
  brokeAt = 0
  /** How long it took to be back, each time. */
  readonly absences: number[] = []
  constructor(room: string, user: string, nodes: Nodes, transport: () => Transport = () => 'websocket') {
    this.#room = room
    this.user = user
    this.#nodes = nodes
    this.#transport = transport
  }

  connect(): void {
    const transport = this.#transport()
    if (this.transport !== null && this.transport !== transport) this.switches++
    this.transport = transport
    const url = (): string => (this.url = this.#nodes())
    this.#session = openSession(transport, { room: this.#room, user: this.user, position: this.position(), url }, {
      frame: (frame) => this.#take(frame),
      closed: () => this.#again(),
      stands: (position) => this.stands(position),
    })
  }

  cut(): void {
    if (this.#session === null) return
    this.#session.cut()
    this.#again()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#session?.cut()
  }

  protected abstract position(): string | null
  protected abstract take(frame: ServerFrame): void
  protected stands(_position: string | undefined): void {}
  protected send(text: string): void { this.#session?.say(text) }

  #again(): void {
    this.#session = null
    if (this.#closed) return
    this.brokeAt ||= performance.now()
    this.#timer = setTimeout(() => this.connect(), AGAIN_MS)
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'joined' && this.brokeAt > 0) {
      this.absences.push(performance.now() - this.brokeAt)
      this.brokeAt = 0
    }
    this.take(frame)
  }
}

/** Publishes with ids of its own, and again with the same id until each is acknowledged. */
export class Publisher extends LastingClient {
  /** Position by id. */
  readonly acknowledged = new Map<string, string>()
  /** Answers `duplicate`: publishes that were done and whose first answer got lost. */
  duplicates = 0
  /** Answers by which a publish was not done, or nobody knows. */
  refused = 0
  readonly #unanswered = new Set<string>()
  #made = 0

  get unanswered(): number { return this.#unanswered.size }

  publish(count: number): void {
    for (let i = 0; i < count && this.#unanswered.size < MOST_UNANSWERED; i++) {
      const id = `${this.user}-${++this.#made}`
      this.#unanswered.add(id)
      this.#send(id)
    }
  }

  protected position(): null { return null }

  protected take(frame: ServerFrame): void {
    if (frame.type === 'joined') for (const id of this.#unanswered) this.#send(id)
    else if (frame.type === 'ack') this.#answered(frame)
    else if (frame.type === 'error' && frame.id !== undefined) {
      if (frame.code !== 'uncertain' && frame.code !== 'unavailable') throw new Error(`a publish was refused with ${frame.code}: ${frame.message}`)
      this.refused++
      const { id } = frame
      setTimeout(() => { if (this.#unanswered.has(id)) this.#send(id) }, AGAIN_MS)
    }
  }

  #answered({ id, position, duplicate }: AckFrame): void {
    this.#unanswered.delete(id)
    this.acknowledged.set(id, position!)
    if (duplicate === true) this.duplicates++
  }

  #send(id: string): void {
    this.send(JSON.stringify({ type: 'publish', event: 'tick', data: { id, text: 'x'.repeat(100) }, id }))
  }
}

/** Applies events by the client's rule, and keeps no more of them than what shows that all came, once and in order. */
export class Reader extends LastingClient {
  /** What all readers saw at an offset: they must agree. */
  readonly #ids: string[]
  #at: Position | null = null
  applied = 0
  missing = 0
  repeated = 0
  different = 0
  resets = 0
  /** The longest time between two events, in ms. */
  longestGapMs = 0
  #sinceEvent: (() => number) | null = null
  /** Told that its room does not follow at present, and not yet that it does again. */
  isPaused = false
  constructor(room: string, user: string, nodes: Nodes, ids: string[], transport?: () => Transport) {
    super(room, user, nodes, transport)
    this.#ids = ids
  }

  get offset(): number { return this.#at?.offset ?? -1 }

  protected position(): string | null { return this.#at === null ? null : formatPosition(this.#at) }

  protected take(frame: ServerFrame): void {
    if (frame.type === 'joined') {
      this.isPaused = false
      // Who came with a position and is not told that it recovered has lost its place.
      if (this.#at !== null && frame.recovered !== true) this.resets++
      if (frame.recovered !== true) this.#at = parsePosition(frame.position)
    } else if (frame.type === 'live') this.isPaused = !frame.on
    else if (frame.type === 'reset') {
      this.resets++
      this.#at = parsePosition(frame.position)
    } else if (frame.type === 'event') this.#apply(frame.offset, frame.tag, frame.id)
  }

  /** What an answer says of its client's place must be what its messages lead to. */
  protected override stands(position: string | undefined): void {
    if (position !== undefined && position !== this.position()) this.different++
  }

  #apply(offset: number, tag: string, id: string): void {
    const expected = this.#at!.offset + 1
    if (offset < expected) return void this.repeated++
    if (offset > expected) this.missing += offset - expected
    if ((this.#ids[offset] ??= id) !== id) this.different++
    this.#at = { epoch: this.#at!.epoch, offset, tag }
    this.applied++
    if (this.#sinceEvent !== null) this.longestGapMs = Math.max(this.longestGapMs, this.#sinceEvent())
    this.#sinceEvent = stopwatch()
  }
}
