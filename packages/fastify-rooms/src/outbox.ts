import { Batch, type Outgoing } from './batch.js'
import type { Limits } from './options.js'
import type { Counters } from './stats.js'
import type { Flushable, Tick } from './tick.js'
import type { Wire } from './wire.js'

/** A connection's own queue, written once per tick, and its back-pressure. */
export class Outbox implements Flushable {
  readonly #wire: Wire
  readonly #tick: Tick
  readonly #limits: Limits
  readonly #counters: Counters
  readonly #tooSlow: () => void
  #queue: Outgoing[] = []
  #queuedLength = 0
  /** Replays that wait for what is queued to leave, in turn. */
  readonly #waiting: (() => void)[] = []
  #lastSentAt = performance.now()
  constructor(wire: Wire, tick: Tick, limits: Limits, counters: Counters, tooSlow: () => void) {
    this.#wire = wire
    this.#tick = tick
    this.#limits = limits
    this.#counters = counters
    this.#tooSlow = tooSlow
  }

  get empty(): boolean { return this.#queue.length === 0 }
  get bufferedBytes(): number { return this.#wire.bufferedBytes }
  get lastSentAt(): number { return this.#lastSentAt }
  /** Whether more may be queued without passing the low mark. */
  get hasRoom(): boolean { return this.#queuedLength + this.#wire.bufferedBytes < this.#limits.lowWaterBytes }

  enqueue(frame: Outgoing): void {
    if (this.#queue.length === 0) this.#tick.connection(this)
    this.#queue.push(frame)
    this.#queuedLength += frame.text.length
  }

  /** Runs `then` once the operating system has what is queued now and there is room again; the queue must not be empty. */
  whenWritten(then: () => void): void {
    this.#waiting.push(then)
  }

  /** Replays that wait go no further: their client will say again where it stands. */
  forgetReplays(): void {
    this.#waiting.length = 0
  }

  flush(): void {
    const queue = this.#queue
    this.#queue = []
    this.#queuedLength = 0
    if (queue.length > 0) this.writeBatch(new Batch(queue), this.#waiting.length === 0 ? undefined : this.#wake)
  }

  /** Writes a batch now; the caller has seen that nothing older is queued. */
  writeBatch(batch: Batch, written?: () => void): void {
    const buffered = this.#wire.bufferedBytes
    if (buffered > this.#limits.highWaterBytes) return this.#tooSlow()
    const sparing = buffered > this.#limits.lowWaterBytes
    const messages = batch.messages(this.#wire.form, this.#limits.batchBytes, sparing)
    this.#counters.messages += messages.length
    this.#counters.deliveries += batch.count - (sparing ? batch.droppable : 0)
    this.#counters.dropped += sparing ? batch.droppable : 0
    for (let i = 0; i < messages.length; i++) this.#wire.send(messages[i]!, i === messages.length - 1 ? written : undefined)
    this.#lastSentAt = performance.now()
  }

  /** One after the other, each writing at least one frame, so that something is always on its way that wakes the rest. */
  readonly #wake = (): void => {
    do this.#waiting.shift()?.()
    while (this.#waiting.length > 0 && (this.hasRoom || this.empty))
  }
}
