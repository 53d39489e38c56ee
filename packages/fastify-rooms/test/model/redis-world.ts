import type { Redis } from 'ioredis'
import type { BrokerLink } from '../../src/index.js'
import { redisBroker } from '../../src/redis/index.js'
import type { RedisServer } from '../faults/redis-server.js'
import { startProxy, subscribers, type TcpProxy } from '../faults/tcp-proxy.js'
import type { Transport } from '../support/raw-session.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { Follower } from './follower.js'
import { RoomLog } from './room-log.js'
import type { World } from './world.js'
import { eventually } from '../support/eventually.js'

/** Few, so that a short absence is often too long. */
const HISTORY = { size: 12, ttlMs: 60_000 }
/** Fewer than the history, so that a read takes several pages. */
const PAGE = 3
/** A few events, so that a replay is written in several slices. */
const SLICE = 400

interface Node {
  readonly server: TestServer
  readonly proxy: TcpProxy
}

/** Nodes on a real Redis, each behind a proxy of its own. */
export class RedisNodes {
  readonly #redis: RedisServer
  readonly #direct: Redis
  readonly #log = new RoomLog()
  readonly #nodes: Node[] = []
  #admin: BrokerLink | null = null
  #rooms = 0
  constructor(redis: RedisServer) {
    this.#redis = redis
    this.#direct = redis.client()
  }

  async world(transport: () => Transport): Promise<World> {
    this.#nodes[0] ??= await this.#startNode()
    this.#nodes[1] ??= await this.#startNode()
    const nodes = this.#nodes
    this.#admin ??= await redisBroker(this.#redis.client()).open({ log: nodes[0]!.server.app.log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: () => {} })
    const admin = this.#admin
    const room = `chat:${++this.#rooms}`
    const key = (part: string): string => `rooms:0:{${room}}:${part}`
    let remembered: (readonly [string, Buffer | null])[] = []
    return {
      room,
      log: this.#log,
      followers: ['ana', 'bo', 'cy'].map((user) => new Follower(room, user, transport)),
      url: (node) => nodes[node]!.server.url,
      send: (node, id) => nodes[node]!.server.app.rooms.send(room, 'tick', id, { id }).then(({ position }) => position, () => null),
      position: () => eventually(() => nodes[0]!.server.app.rooms.position(room)),
      killNode: async (node) => {
        const dying = nodes[node]!
        dying.proxy.refuse()
        nodes[node] = await this.#startNode()
        void dying.server.app.close()
      },
      cutSubscriber: async (node) => nodes[node]!.proxy.cut(subscribers),
      // A connection of its own that is cut: what was under way is lost, and nobody knows what that was.
      loseEvents: async (node) => nodes[node]!.proxy.cut(),
      trim: async () => { await this.#direct.xtrim(key('history'), 'MAXLEN', 1) },
      deleteMeta: async () => { await this.#direct.del(key('meta')) },
      restart: () => admin.restart(room),
      remember: async () => { remembered = await Promise.all(['meta', 'history'].map(async (part) => [key(part), await this.#direct.dumpBuffer(key(part))] as const)) },
      goBack: async () => {
        const back = this.#direct.multi()
        for (const [name, value] of remembered) if (value === null) back.del(name)
        else back.restore(name, 60_000, value, 'REPLACE')
        await back.exec()
      },
      heal: async () => {},
    }
  }

  async close(): Promise<void> {
    await this.#admin?.close()
  }

  async #startNode(): Promise<Node> {
    const proxy = await startProxy(this.#redis.port)
    const broker = this.#log.watch(redisBroker(this.#redis.client({ port: proxy.port, lazyConnect: true })))
    return { proxy, server: await startServer({ broker, history: HISTORY, limits: { historyEvents: PAGE, messagesPerSecond: 1_000, lowWaterBytes: SLICE }, authenticate: async (_, token) => ({ id: token! }) }, { jwt: false }) }
  }
}
