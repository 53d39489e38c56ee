import type { BrokerLink, RoomListener, Subscription } from './broker/broker.js'
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
  brokerLive(on: boolean): void
}

/** No room name starts so, so no client can join it. */
const STREAM = '!control'
const HISTORY = { size: 1_000, ttlMs: 3_600_000 }
const PAGE = 300

/**
 * Control messages between nodes. They travel as events of a stream of their own, so that a node that lost its
 * connection reads what it missed, exactly as rooms do.
 */
export class Control implements RoomListener {
  readonly #link: BrokerLink
  readonly #stream: RoomStream
  #subscription: Subscription | null = null
  constructor(link: BrokerLink, target: ControlTarget) {
    this.#link = link
    this.#stream = new RoomStream(STREAM, link, {
      applied: ({ frame }) => target.carryOut((JSON.parse(frame) as { message: ControlMessage }).message),
      reset: () => target.recheckAll(),
      live: (on) => target.brokerLive(on),
      failed: (error) => target.failed(error),
    }, HISTORY.size, PAGE)
  }

  async open(): Promise<void> {
    this.#subscription = await this.#link.subscribe(STREAM, this)
    await this.#stream.open()
  }

  /** Resolves when every node will hear it, this one included. */
  async send(message: ControlMessage): Promise<void> {
    const id = randomId(ID_BYTES)
    await this.#link.append({ room: STREAM, id, head: `{"message":${JSON.stringify(message)},`, tail: '}', except: null, history: HISTORY, key: null })
  }

  /** Rejects while the broker does not answer. */
  async check(): Promise<void> {
    await this.#link.read(STREAM, { last: 0 }, 0)
  }

  async close(): Promise<void> {
    this.#stream.close()
    await this.#subscription?.close()
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
