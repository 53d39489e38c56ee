import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CloseCode, SUBPROTOCOL, SUBPROTOCOL_SINGLE } from 'rooms-protocol'
import type { RawData, WebSocket } from 'ws'
import { type Refusal, addressOf, boundRoom, comeBackLater, credentials, foreign, full, malformed } from '../admission.js'
import { type Form, payloadOf } from '../batch.js'
import { Connection } from '../connection.js'
import type { RoomsNode } from '../rooms-node.js'
import type { Wire } from '../wire.js'
import { disown, letGo } from './let-go.js'

/** How long a client has to answer a close before it is ended by force. */
const CLOSE_MS = 2_000
/** The usual ways of clients that vanish; not worth a log line. */
const VANISHED = new Set(['EPIPE', 'ECONNRESET'])

/**
 * Registers `/ws` and `/ws/:room`: turns a WebSocket into a `Connection`.
 * @param isTheirs whether the application registered @fastify/websocket: its `errorHandler` hears of our sockets too
 */
export function websocketTransport(fastify: FastifyInstance, node: RoomsNode, isTheirs: boolean): void {
  const upgrades = new WeakMap<FastifyRequest, FastifyReply>()
  // A wildcard, because `:room` would answer 414 for names over Fastify's maxParamLength of 100.
  for (const path of ['/ws', '/ws/*'])
    fastify.route({
      method: 'GET',
      url: `${node.options.prefix}${path}`,
      exposeHeadRoute: false,
      config: { rooms: { transport: 'websocket' } },
      onRequest: (request, reply) => {
        if (request.ws === true) upgrades.set(request, reply)
        return checkUpgrade(node, request, reply)
      },
      handler: async (_request, reply) => reply.code(426).header('upgrade', 'websocket').send({ statusCode: 426, error: 'Upgrade Required', message: 'this is a WebSocket: connect with ws:// or wss://' }),
      wsHandler: (socket, request) => {
        disown(fastify.websocketServer, socket)
        letGo(socket, request, upgrades.get(request), isTheirs)
        upgrades.delete(request)
        accept(node, socket, request)
      },
    })
}

/** Chooses what we speak and never echoes a token; `false` selects nothing. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  const ours = [SUBPROTOCOL, SUBPROTOCOL_SINGLE].find((protocol) => offered.has(protocol))
  // The application's own sockets share the choice: theirs is the first, as ws does by itself.
  return ours ?? [...offered].find((protocol) => !/^bearer(64)?\./.test(protocol)) ?? false
}

/** What can be refused before the upgrade is refused over HTTP; the rest would look like 1006 to a browser. */
async function checkUpgrade(node: RoomsNode, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const refusal = malformed(request) ?? (request.ws === true ? (ancient(request) ?? foreign(node, request) ?? full(node, request)) : null)
  return refusal === null ? undefined : reply.code(refusal.statusCode).send(refusal)
}

/** Node reads a request line with a stray line break as HTTP/0.9, and hands over its upgrade all the same. Injected upgrades have no version. */
function ancient({ raw: { httpVersionMajor: major = 1, httpVersionMinor: minor = 1 } }: FastifyRequest): Refusal | null {
  return major > 1 || (major === 1 && minor > 0) ? null : { statusCode: 400, error: 'Bad Request', message: 'a WebSocket needs HTTP/1.1' }
}

/** The connection that a socket of ours carries. Listeners find it here, so that all sockets share them: a closure for each event and socket is memory of every idle member. */
const CONNECTION = Symbol('connection')
type OurSocket = WebSocket & { [CONNECTION]: Connection }

/** Listeners stand before the first `await`: messages that arrive with the upgrade would be lost otherwise. */
function accept(node: RoomsNode, socket: WebSocket, request: FastifyRequest): void {
  const wire = new WebSocketWire(socket, request.raw.socket)
  const connection = new Connection(node, wire, request, boundRoom(request))
  // Draining may have begun since the upgrade was checked, or others have come while a hook of the application took its time.
  const reached = full(node, request)
  ;(socket as OurSocket)[CONNECTION] = connection
  node.connections.admit(connection, addressOf(request))
  socket.on('message', takeMessage)
  socket.on('pong', takeSign)
  socket.on('ping', takeSign)
  socket.on('error', takeError)
  socket.on('close', takeClose)
  if (reached !== null) {
    const { code, reason, retryAfterMs } = comeBackLater(node, reached.message)
    return connection.end(code, reason, { retryAfterMs })
  }
  const { token, refused } = credentials(node, request)
  if (refused !== undefined) connection.end(CloseCode.unauthorized, refused)
  else void connection.start(token)
}

function takeMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const connection = (this as OurSocket)[CONNECTION]
  if (isBinary) connection.end(CloseCode.unsupportedData, 'binary messages are reserved: send text')
  else connection.receive(data.toString())
}

function takeSign(this: WebSocket): void {
  (this as OurSocket)[CONNECTION].heard()
}

/** A broken frame, in most cases: the client's doing, and nothing that an operator must see to. */
function takeError(this: WebSocket, error: NodeJS.ErrnoException): void {
  if (!VANISHED.has(error.code ?? '')) (this as OurSocket)[CONNECTION].log.info({ code: error.code, reason: error.message }, 'socket error')
  this.terminate()
}

function takeClose(this: WebSocket): void {
  const connection = (this as OurSocket)[CONNECTION]
  connection.node.connections.dismiss(connection)
  connection.transportClosed()
}

class WebSocketWire implements Wire {
  readonly listening = 'stream'
  readonly form: Form
  readonly #socket: WebSocket
  /** The connection below; null where there is none (an injected upgrade). */
  readonly #below: Socket | null
  constructor(socket: WebSocket, below: Socket) {
    this.#socket = socket
    this.#below = typeof below.write === 'function' ? below : null
    this.form = socket.protocol === SUBPROTOCOL ? 'batch' : 'single'
  }

  /** What `ws` itself would hold back, which is only what it compresses, is not asked for: that is one more object to fetch for each member. */
  get bufferedBytes(): number { return this.#below === null ? this.#socket.bufferedAmount : this.#below.writableLength }

  send(message: Buffer, taken?: () => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    const done = taken === undefined ? undefined : (error?: Error | null): void => { if (error === null || error === undefined) taken() }
    if (this.#below === null) this.#socket.send(payloadOf(message), { binary: false }, done)
    else this.#below.write(message, done)
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, shorten(reason))
    const force = setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref()
    this.#socket.once('close', () => clearTimeout(force))
  }

  terminate(): void {
    this.#socket.terminate()
  }
}

/** A close frame holds 123 bytes of reason. */
const MAX_REASON_BYTES = 123

function shorten(reason: string): string {
  return Buffer.from(reason).subarray(0, MAX_REASON_BYTES).toString().replace(/\uFFFD$/, '')
}
