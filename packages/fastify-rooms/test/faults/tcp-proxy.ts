import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What happens to bytes: `replies` lets requests through and swallows what the server says. */
type Loss = 'none' | 'replies' | 'all'

/** One connection through the proxy. */
export interface Proxied {
  /** Whether its client ever subscribed to something of Redis. */
  readonly subscribes: boolean
  /** Whether its client listens to an event stream: it will never say anything. */
  readonly listensOnly: boolean
}
type Which = (connection: Proxied) => boolean
const every: Which = () => true
/** The connections on which a node listens. */
export const subscribers: Which = ({ subscribes }) => subscribes
/** The connections on which a node runs its scripts. */
export const commands: Which = ({ subscribes }) => !subscribes

/** One direction of a connection: bytes leave in the order they came, also when the delay changes while some are on their way. */
class Lane {
  readonly #to: Socket
  readonly #waiting: { readonly bytes: Buffer; readonly at: number }[] = []
  constructor(to: Socket) {
    this.#to = to
  }

  push(bytes: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.#waiting.length === 0) return void this.#to.write(bytes)
    this.#waiting.push({ bytes, at: performance.now() + delayMs })
    if (this.#waiting.length === 1) this.#letNextGo()
  }

  #letNextGo(): void {
    const [next] = this.#waiting
    if (next === undefined) return
    setTimeout(() => {
      this.#to.write(next.bytes)
      this.#waiting.shift()
      this.#letNextGo()
    }, Math.max(0, next.at - performance.now()))
  }
}

class Connection implements Proxied {
  readonly client: Socket
  readonly server: Socket
  readonly toClient: Lane
  readonly toServer: Lane
  subscribes = false
  listensOnly = false
  loss: Loss
  constructor(client: Socket, server: Socket, loss: Loss) {
    this.client = client
    this.server = server
    this.toClient = new Lane(client)
    this.toServer = new Lane(server)
    this.loss = loss
  }

  destroy(): void {
    this.client.destroy()
    this.server.destroy()
  }
}

/** Stands between a client and a server on the loopback, and loses what the test says. */
export class TcpProxy {
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  readonly #sockets = new Set<Socket>()
  #target: number
  #arriving: Loss | 'refused' = 'none'
  #delayMs = 0
  constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#accept(client))
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  get port(): number { return (this.#server.address() as AddressInfo).port }

  /** How many connections are open. */
  count(which: Which = every): number { return this.#matching(which).length }

  /** Breaks connections; new ones are accepted. */
  cut(which: Which = every): void {
    for (const connection of this.#matching(which)) connection.destroy()
  }

  /** Breaks everything and refuses what comes, until `heal`. */
  refuse(): void {
    this.#arriving = 'refused'
    this.cut()
  }

  /** Swallows every byte of connections for good, without closing them; new ones likewise until `heal`. */
  blackHole(which: Which = every): void {
    this.#arriving = 'all'
    for (const connection of this.#matching(which)) connection.loss = 'all'
  }

  /** The same for connections that exist; new ones are fine. */
  halfOpen(which: Which = every): void {
    for (const connection of this.#matching(which)) connection.loss = 'all'
  }

  /** Clients lose their connections, and the server hears nothing of it: each stays open and silent. */
  lose(which: Which = every): void {
    for (const connection of this.#matching(which)) {
      connection.loss = 'all'
      connection.client.destroy()
    }
  }

  /** Requests arrive, answers do not. */
  dropReplies(which: Which = every): void {
    for (const connection of this.#matching(which)) connection.loss = 'replies'
  }

  /** Reads no more of what the server says; what the buffers hold arrives. */
  stall(which: Which = every): void {
    for (const connection of this.#matching(which)) connection.server.pause()
  }
  unstall(): void {
    for (const connection of this.#connections) connection.server.resume()
  }

  /** New connections work again. */
  heal(): void { this.#arriving = 'none' }

  /** Lets every byte travel this long, in order. */
  delay(ms: number): void { this.#delayMs = ms }

  /** New connections lead to another server. */
  retarget(port: number): void { this.#target = port }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #matching(which: Which): Connection[] {
    return [...this.#connections].filter(which)
  }

  #accept(client: Socket): void {
    if (this.#arriving === 'refused') return void client.destroy()
    const connection = new Connection(client, connect(this.#target, '127.0.0.1'), this.#arriving)
    this.#connections.add(connection)
    const end = (): void => {
      this.#connections.delete(connection)
      // A peer of a connection that is gone learns it only if anything still gets through.
      if (connection.loss !== 'all') connection.destroy()
    }
    for (const socket of [connection.client, connection.server]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true).on('error', () => {}).on('close', end).on('close', () => this.#sockets.delete(socket))
    }
    client.on('data', (bytes) => {
      if (bytes.includes('subscribe\r\n')) connection.subscribes = true
      if (bytes.includes('GET /sse/')) connection.listensOnly = true
      if (connection.loss !== 'all') connection.toServer.push(bytes, this.#delayMs)
    })
    connection.server.on('data', (bytes) => {
      if (connection.loss === 'none') connection.toClient.push(bytes, this.#delayMs)
    })
  }
}

/** A proxy that ends with the test. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const proxy = await new TcpProxy(target).listen()
  onTestFinished(() => proxy.close())
  return proxy
}
