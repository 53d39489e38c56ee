import { Batch, type Outgoing } from './batch.js'
import type { Limits } from './options.js'
import type { Counters } from './stats.js'
import type { Flushable, Tick } from './tick.js'
import type { Wire } from './wire.js'

/** Whose queue it is; one object, so that an idle connection keeps no closure for it. */
interface Owner {
  readonly node: Node
  /** Its client reads so slowly that more is kept for it than may be. */
  tooSlow(): void
}
interface Node {
  readonly tick: Tick
  readonly counters: Counters
  readonly options: { readonly limits: Limits }
}

/** A connection's own queue, written once per tick, and its back-pressure. */
export class Outbox implements Flushable {
  readonly #wire: Wire
  readonly #owner: Owner
  /** The owner's; by way of it each write to a member would fetch one object more. */
  readonly #node: Node
  #queue: Outgoing[] | null = null
  #queuedLength = 0
  /** Replays that wait for what is queued to leave, in turn; `null` where there are none. */
  #waiting: (() => void)[] | null = null
  /** In whole ms: a fraction would be an object of its own. */
  #lastSentAt = Math.trunc(performance.now())
  constructor(wire: Wire, owner: Owner) {
    this.#wire = wire
    this.#owner = owner
    this.#node = owner.node
  }

  get empty(): boolean { return this.#queue === null }
  get bufferedBytes(): number { return this.#wire.bufferedBytes }
  get lastSentAt(): number { return this.#lastSentAt }
  /** Whether more may be queued without passing the low mark. */
  get hasRoom(): boolean { return this.#queuedLength + this.#wire.bufferedBytes < this.#node.options.limits.lowWaterBytes }

  enqueue(frame: Outgoing): void {
    if (this.#queue === null) {
      this.#queue = [frame]
      this.#node.tick.connection(this)
    } else this.#queue.push(frame)
    this.#queuedLength += frame.text.length
  }

  /** Runs `then` once the operating system has what is queued now and there is room again; the queue must not be empty. */
  whenWritten(then: () => void): void {
    this.#waiting ??= []
    this.#waiting.push(then)
  }

  /** Replays that wait go no further: their client will say again where it stands. */
  forgetReplays(): void {
    this.#waiting = null
  }

  flush(): void {
    const queue = this.#queue
    this.#queue = null
    this.#queuedLength = 0
    if (queue !== null) this.writeBatch(new Batch(queue), this.#waiting === null ? undefined : () => this.#wake())
  }

  /** Writes a batch now; the caller has seen that nothing older is queued. */
  writeBatch(batch: Batch, written?: () => void): void {
    const { counters, options: { limits } } = this.#node
    const buffered = this.#wire.bufferedBytes
    if (buffered > limits.highWaterBytes) return this.#owner.tooSlow()
    const sparing = buffered > limits.lowWaterBytes
    const messages = batch.messages(this.#wire.form, limits.batchBytes, sparing)
    counters.messages += messages.length
    counters.deliveries += batch.count - (sparing ? batch.droppable : 0)
    counters.dropped += sparing ? batch.droppable : 0
    for (let i = 0; i < messages.length; i++) this.#wire.send(messages[i]!, i === messages.length - 1 ? written : undefined)
    this.#lastSentAt = batch.madeAt
  }

  /** One after the other, each writing at least one frame, so that something is always on its way that wakes the rest. */
  #wake(): void {
    do this.#waiting?.shift()?.()
    while (this.#waiting !== null && this.#waiting.length > 0 && (this.hasRoom || this.empty))
    if (this.#waiting?.length === 0) this.#waiting = null
  }
}
