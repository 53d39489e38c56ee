import type { BrokerLink, RoomListener, Subscription } from './broker/broker.js'
import { RoomsUnavailableError } from './errors.js'
import type { Farewell } from './farewells.js'
import { ID_BYTES, randomId } from './random-id.js'
import { RoomStream } from './room-stream.js'

/** What one node asks of all. */
export type ControlMessage =
  | { readonly do: 'disconnect'; readonly user: string }
  | { readonly do: 'disconnect'; readonly connection: string }
  | { readonly do: 'disconnect'; readonly room: string }
  | { readonly do: 'recheck'; readonly user: string }
  | ({ readonly do: 'farewell' } & Farewell)
  | { readonly do: 'state'; readonly connection: string; readonly user: string; readonly room: string; readonly state: unknown }

/** What a node does about it. */
export interface ControlTarget {
  carryOut(message: ControlMessage): void
  /** Messages were missed and cannot be read again: whatever they said, asking everyone anew covers it. */
  recheckAll(): void
  failed(error: unknown): void
  /** A message could not be read or carried out: another version wrote it, or something that is none of ours. */
  misunderstood(error: unknown): void
  brokerLive(on: boolean): void
}

/** No room name starts so, so no client can join it. */
const STREAM = '!control'
const HISTORY = { size: 1_000, ttlMs: 3_600_000 }
const PAGE = 300
/** Pause before a broker that was away at boot is tried again. */
const RETRY_MS = 500

/**
 * Control messages between nodes. They travel as events of a stream of their own, so that a node that lost its
 * connection reads what it missed, exactly as rooms do.
 */
export class Control implements RoomListener {
  readonly #link: BrokerLink
  readonly #stream: RoomStream
  readonly #target: ControlTarget
  #state: 'opening' | 'open' | 'closed' = 'opening'
  #subscription: Subscription | null = null
  #retry: NodeJS.Timeout | undefined
  constructor(link: BrokerLink, target: ControlTarget) {
    this.#link = link
    this.#target = target
    this.#stream = new RoomStream(STREAM, link, {
      applied: ({ frame }) => this.#carryOut(frame),
      reset: () => target.recheckAll(),
      live: (on) => target.brokerLive(on),
      failed: (error) => target.failed(error),
    }, HISTORY.size, PAGE)
  }

  /** Resolves once it listens. While the broker is away it resolves too, so that the node can boot, and goes on trying. */
  async open(): Promise<void> {
    try {
      await this.#listen()
    } catch (error) {
      if (!(error instanceof RoomsUnavailableError)) throw error
      this.#target.brokerLive(false)
      this.#target.failed(error)
      this.#tryAgain()
    }
  }

  /** Resolves when every node will hear it, this one included. */
  async send(message: ControlMessage): Promise<void> {
    const id = randomId(ID_BYTES)
    await this.#link.append({ room: STREAM, id, head: `{"message":${JSON.stringify(message)},`, tail: '}', except: null, history: HISTORY, key: null })
  }

  /** Rejects while the broker does not answer. */
  async check(): Promise<void> {
    if (this.#state !== 'open') throw new RoomsUnavailableError()
    await this.#link.read(STREAM, { last: 0 }, 0)
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    clearTimeout(this.#retry)
    this.#stream.close()
    await this.#subscription?.close()
  }

  /** One that is no message must not keep the next from being heard. */
  #carryOut(frame: string): void {
    try {
      this.#target.carryOut((JSON.parse(frame) as { message: ControlMessage }).message)
    } catch (error) {
      this.#target.misunderstood(error)
    }
  }

  async #listen(): Promise<void> {
    this.#subscription ??= await this.#link.subscribe(STREAM, this)
    await this.#stream.open()
    if (this.#state === 'opening') this.#state = 'open'
  }

  #tryAgain(): void {
    this.#retry = setTimeout(() => {
      this.#listen().then(() => this.#isLate(), (error: unknown) => {
        // That it is away was said once.
        if (!(error instanceof RoomsUnavailableError)) this.#target.failed(error)
        if (this.#state === 'opening') this.#tryAgain()
      })
    }, RETRY_MS).unref()
  }

  /** Who came before it listened may have been meant by something it did not hear. */
  #isLate(): void {
    if (this.#state === 'closed') return void this.#subscription?.close()
    this.#target.brokerLive(true)
    this.#target.recheckAll()
  }

  onEntry(entry: Parameters<RoomListener['onEntry']>[0]): void {
    this.#stream.onEntry(entry)
  }

  onAway(): void {
    this.#stream.onAway()
  }

  onBack(): void {
    this.#stream.onBack()
  }

  onRestarted(): void {
    this.#stream.check()
  }

  onEphemeral(): void {}
  onPresence(): void {}
}
