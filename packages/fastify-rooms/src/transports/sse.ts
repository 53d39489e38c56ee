import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { encodeFrame } from 'rooms-protocol'
import { addressOf, boundRoom, comeBackLater, failed, foreign, full, identify, malformed, roomOf, unwelcome } from '../admission.js'
import { Connection } from '../connection.js'
import { eventStreamText } from '../event-stream.js'
import type { RoomsNode } from '../rooms-node.js'
import type { Wire } from '../wire.js'

/** What EventSource waits before it comes back, unless it is told otherwise. */
const RETRY_MS = 2_000
/** Proxies end streams that are silent for long, many after 60 s, some after 30 s. */
const COMMENT_MS = 15_000
const CLOSE_MS = 2_000
/** When the first `ping` goes; the client waits 3 s for it after the last bytes. */
const PROOF_MS = 1_000

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // no-transform keeps proxies from compressing, and with that from holding back; nginx wants its own header.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** Registers `/sse/:room`: turns an event stream into a `Connection`. */
export function sseTransport(fastify: FastifyInstance, node: RoomsNode): void {
  fastify.route({
    method: 'GET',
    url: `${node.options.prefix}/sse/*`,
    exposeHeadRoute: false,
    config: { rooms: { transport: 'sse' } },
    errorHandler: failed,
    handler: async (request, reply) => accept(node, request, reply),
  })
}

async function accept(node: RoomsNode, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const refusal = malformed(request) ?? foreign(node, request)
  if (refusal !== null) return reply.code(refusal.statusCode).send(refusal)
  const reached = full(node, request)
  // EventSource never comes back from another status than 200.
  if (reached !== null) return comeBack(node, reply, reached.message)
  const identified = await identify(node, request)
  const bye = await unwelcome(node, identified, roomOf(request))
  if (bye !== null) return reply.code(identified.user === null ? 401 : 403).send(bye)
  // Who went away meanwhile is told of by no `close` any more: what began now would never end.
  if (reply.raw.destroyed) {
    reply.hijack()
    return undefined
  }
  // Others who asked at the same time may have been let in meanwhile.
  const reachedNow = full(node, request)
  if (reachedNow !== null) return comeBack(node, reply, reachedNow.message)
  const wire = open(reply)
  const connection = new Connection(node, wire, request, boundRoom(request))
  node.connections.admit(connection, addressOf(request))
  wire.onSign = () => connection.heard()
  // Something small, apart from the first words: where a proxy holds it back, the client learns that it does.
  const proof = setTimeout(() => connection.send({ type: 'ping' }), PROOF_MS).unref()
  reply.raw.once('close', () => {
    clearTimeout(proof)
    node.connections.dismiss(connection)
    connection.transportClosed()
  })
  await connection.startAs(identified.user!)
  return undefined
}

function comeBack(node: RoomsNode, reply: FastifyReply, reason: string): undefined {
  const bye = comeBackLater(node, reason)
  begin(reply).end(`retry: ${bye.retryAfterMs}\n${eventStreamText({ text: encodeFrame(bye), lane: 'state' })}`)
  return undefined
}

function open(reply: FastifyReply): EventStreamWire {
  const stream = begin(reply)
  stream.write(`retry: ${RETRY_MS}\n\n`)
  return new EventStreamWire(stream)
}

/** Takes the response over, with the headers that hooks have set so far. */
function begin(reply: FastifyReply): ServerResponse {
  reply.hijack()
  return reply.raw.writeHead(200, { ...reply.getHeaders(), ...HEADERS } as Record<string, string>)
}

class EventStreamWire implements Wire {
  readonly form = 'event-stream'
  readonly listening = 'stream'
  /** Called when the operating system took a comment: the only sign of life an event stream has. */
  onSign: () => void = () => {}
  readonly #stream: ServerResponse
  readonly #comments: NodeJS.Timeout
  constructor(stream: ServerResponse) {
    this.#stream = stream
    this.#comments = setInterval(() => this.ping(), COMMENT_MS).unref()
    stream.once('close', () => clearInterval(this.#comments))
    stream.on('error', () => {})
  }

  get bufferedBytes(): number { return this.#stream.writableLength }

  send(message: Buffer, taken?: () => void): void {
    if (!this.#stream.writableEnded) this.#stream.write(message, (error) => { if (taken !== undefined && (error === null || error === undefined)) taken() })
  }

  ping(): void {
    if (!this.#stream.writableEnded) this.#stream.write(':\n\n', (error) => { if (error === null || error === undefined) this.onSign() })
  }

  close(): void {
    this.#stream.end()
    const force = setTimeout(() => this.#stream.destroy(), CLOSE_MS).unref()
    this.#stream.once('close', () => clearTimeout(force))
  }

  terminate(): void {
    this.#stream.destroy()
  }
}
