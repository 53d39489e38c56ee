import type { IdempotencyKey } from '../broker/broker.js'

/**
 * Every key and channel name of a room. All share the hash tag `{room}`, so one script may touch them in a cluster;
 * channels carry the namespace themselves, because Redis applies neither key prefix nor database number to them.
 */
export class Keys {
  readonly #namespace: string
  constructor(namespace: string) {
    // A brace of its own would be the hash tag, or an empty one, in place of the room's.
    this.#namespace = namespace.replace(/[%{}]/g, encodeURIComponent)
  }

  /** HASH: epoch, offset and tag of the newest event. */
  meta(room: string): string { return this.#name(room, 'meta') }
  /** STREAM of entries; the id is `offset-0`. */
  history(room: string): string { return this.#name(room, 'history') }
  /** HASH: hash, state, position and result of one idempotency key. The scope is length-prefixed: it holds any text. */
  idempotency(room: string, { scope, id }: IdempotencyKey): string { return this.#name(room, `id:${scope.length}:${scope}:${id}`) }
  /** ZSET connection → end of lease; HASH connection → who; HASH user → connections; STRING revision. */
  presence(room: string): readonly [leases: string, connections: string, users: string, revision: string] {
    return [this.#name(room, 'leases'), this.#name(room, 'connections'), this.#name(room, 'users'), this.#name(room, 'revision')]
  }
  channel(room: string): string { return this.#name(room, 'channel') }

  #name(room: string, part: string): string {
    return `${this.#namespace}{${room}}:${part}`
  }
}
