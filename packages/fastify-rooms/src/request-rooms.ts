import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RoomsNode } from './rooms-node.js'

/** Decorates requests with `rooms`: the ids a client sends along with ordinary HTTP requests. */
export function decorateRequests(fastify: FastifyInstance, node: RoomsNode): void {
  fastify.decorateRequest('rooms', { getter() { return new RequestRooms(node, this) } })
}

class RequestRooms {
  readonly #node: RoomsNode
  readonly #request: FastifyRequest
  constructor(node: RoomsNode, request: FastifyRequest) {
    this.#node = node
    this.#request = request
  }

  get id(): string | undefined {
    return this.#header('rooms-event-id')
  }

  /**
   * Somebody else's connection is ignored: naming it would keep events from that person. One of another node is given
   * with its user, so that the node that holds it can check.
   */
  get connection(): string | undefined {
    const id = this.#header('rooms-connection')
    const user = this.#node.authenticator.requester(this.#request)
    return id === undefined || user === null ? undefined : this.#node.connections.nameOf(id, user, this.#node.link.alone)
  }

  #header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
}
