import type { FastifyRequest } from 'fastify'
import { addressOf } from './admission.js'
import { connectionOf, isOwnName } from './except.js'
import { type Arrival, PollClient } from './poll-client.js'
import { ID_BYTES, randomId } from './random-id.js'
import type { RoomsNode } from './rooms-node.js'
import type { User } from './rooms-api.js'

/** The clients that poll this node, those included that are between two polls. */
export class PollClients {
  readonly #node: RoomsNode
  readonly #byId = new Map<string, PollClient>()
  constructor(node: RoomsNode) {
    this.#node = node
  }

  /** The id a poll goes on with; undefined where it names none of this user's. */
  idOf(user: User, named: string | undefined): string | undefined {
    return named !== undefined && isOwnName(named, user.id) ? this.#node.connections.nameOf(named, user.id, false) : undefined
  }

  /** One that was just sent away is not there any more. */
  get(id: string): PollClient | undefined {
    const client = this.#byId.get(id)
    return client?.connection.closed === true ? undefined : client
  }

  add(request: FastifyRequest, user: User, { id, isNameless }: { readonly id: string | undefined; readonly isNameless: boolean }): PollClient {
    this.#makeRoom(user)
    const arrival: Arrival = { id: id ?? connectionOf(user.id, randomId(ID_BYTES)), isKnown: id !== undefined, isNameless }
    const client: PollClient = new PollClient(this.#node, request, arrival, () => {
      this.#node.connections.dismiss(client.connection)
      if (this.#byId.get(arrival.id) === client) this.#byId.delete(arrival.id)
    })
    this.#node.connections.admit(client.connection, addressOf(request))
    this.#byId.set(arrival.id, client)
    return client
  }

  /** Whoever begins anew with every poll must not stand in their own way. */
  #makeRoom(user: User): void {
    const own = this.#node.connections.of(user.id)
    if (own.length < this.#node.options.limits.connectionsPerUser) return
    for (const { id } of own) {
      const client = this.#byId.get(id)
      if (client?.isAway === true) return client.yield()
    }
  }
}
