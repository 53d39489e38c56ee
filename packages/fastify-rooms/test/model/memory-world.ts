import type { Broker, BrokerLink, Entry, RoomListener } from '../../src/index.js'
import { memoryBroker } from '../../src/index.js'
import { RoomsUnavailableError } from '../../src/errors.js'
import { withLinks } from '../support/broker-under-test.js'
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

const immediate = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

/** Between one node and the broker: everything takes a while, and nothing is certain. Order is kept, as on one connection. */
class Wire {
  state: 'live' | 'away' | 'dead' = 'live'
  losing = 0
  tellsRestarts = true
  #random: () => number
  readonly #listeners = new Set<RoomListener>()
  #cuts = 0
  #delivered: Promise<void> = Promise.resolve()
  constructor(random: () => number) {
    this.#random = random
  }

  to(broker: Broker): Broker {
    return withLinks(broker, (link) => ({
      append: this.#slowly(async (request) => link.append(request)),
      read: this.#slowly((...args) => link.read(...args)),
      restart: this.#slowly((room) => link.restart(room)),
      setPresence: this.#slowly((room, lease) => link.setPresence(room, lease)),
      members: this.#slowly((room, page) => link.members(room, page)),
      subscribe: async (room, listener) => {
        if (this.state !== 'live') throw new RoomsUnavailableError()
        const subscription = await link.subscribe(room, this.#through(listener))
        const cuts = this.#cuts
        await this.pause()
        if (cuts !== this.#cuts) {
          await subscription.close()
          throw new RoomsUnavailableError()
        }
        this.#listeners.add(listener)
        return { close: () => {
          this.#listeners.delete(listener)
          return subscription.close()
        } }
      },
    }))
  }

  reseed(random: () => number): void {
    this.#random = random
  }

  /** What was on its way is lost; the listeners know. */
  async cut(): Promise<void> {
    if (this.state !== 'live') return
    this.state = 'away'
    this.#cuts++
    for (const listener of this.#listeners) listener.onAway()
    void this.#comeBack()
  }

  async pause(): Promise<void> {
    for (let left = Math.floor(this.#random() * 4); left > 0; left--) await immediate()
  }

  async #comeBack(): Promise<void> {
    for (let i = 0; i < 5; i++) await this.pause()
    if (this.state !== 'away') return
    this.state = 'live'
    for (const listener of this.#listeners) listener.onBack()
  }

  #slowly<Args extends unknown[], T>(call: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
    return async (...args) => {
      await this.pause()
      if (this.state === 'dead') throw new RoomsUnavailableError()
      const result = await call(...args)
      await this.pause()
      return result
    }
  }

  #through(listener: RoomListener): RoomListener {
    return {
      onEntry: (entry: Entry) => {
        if (this.losing > 0) this.losing--
        else this.#deliver(() => listener.onEntry(entry))
      },
      onRestarted: () => { if (this.tellsRestarts) this.#deliver(() => listener.onRestarted()) },
      onEphemeral: (message) => this.#deliver(() => listener.onEphemeral(message)),
      onPresence: (change) => this.#deliver(() => listener.onPresence(change)),
      onAway: () => {},
      onBack: () => {},
    }
  }

  #deliver(say: () => void): void {
    if (this.state !== 'live') return
    this.#delivered = this.#after(this.#delivered, say)
  }

  async #after(earlier: Promise<void>, say: () => void): Promise<void> {
    await earlier
    await this.pause()
    if (this.state === 'live') say()
  }
}

interface Node {
  readonly server: TestServer
  readonly wire: Wire
}

/** Nodes of one process, kept from one sequence to the next; each sequence has a room of its own. */
export class MemoryCluster {
  readonly #broker = memoryBroker()
  readonly #log = new RoomLog()
  #admin: BrokerLink | null = null
  #nodes: Node[] = []
  #rooms = 0
  #random: () => number = Math.random

  /** A world whose delays follow from the seed. */
  async world(seed: number, transport: () => Transport): Promise<World> {
    this.#random = randomOf(seed)
    this.#nodes[0] ??= await this.#startNode()
    this.#nodes[1] ??= await this.#startNode()
    const nodes = this.#nodes
    for (const { wire } of nodes) wire.reseed(this.#random)
    const admin = (this.#admin ??= await this.#broker.open({ log: nodes[0]!.server.app.log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: () => {} }))
    const room = `chat:${++this.#rooms}`
    const restart = async (tell: boolean): Promise<void> => {
      for (const { wire } of nodes) wire.tellsRestarts = tell
      await admin.restart(room)
      for (const { wire } of nodes) wire.tellsRestarts = true
    }
    const world: World = {
      room,
      log: this.#log,
      followers: ['ana', 'bo', 'cy'].map((user) => new Follower(room, user, transport)),
      url: (node) => nodes[node]!.server.url,
      send: (node, id) => nodes[node]!.server.app.rooms.send(room, 'tick', id, { id }).then(({ position }) => position, () => null),
      position: () => eventually(() => nodes[0]!.server.app.rooms.position(room)),
      killNode: async (node) => {
        const dying = nodes[node]!
        dying.wire.state = 'dead'
        nodes[node] = await this.#startNode()
        void dying.server.app.close()
      },
      cutSubscriber: (node) => nodes[node]!.wire.cut(),
      loseEvents: async (node, count) => { nodes[node]!.wire.losing = count },
      trim: async () => { for (let i = 0; i < HISTORY.size; i++) await world.send(0, `trim-${Math.floor(this.#random() * 1e9)}`) },
      deleteMeta: () => restart(false),
      restart: () => restart(true),
      remember: async () => {},
      goBack: async () => {},
      heal: async () => {
        for (const { wire } of nodes) {
          wire.losing = 0
          while (wire.state !== 'live') await immediate()
        }
      },
    }
    return world
  }

  async #startNode(): Promise<Node> {
    const wire = new Wire(() => this.#random())
    const broker = wire.to(this.#log.watch(this.#broker))
    return { wire, server: await startServer({ broker, history: HISTORY, limits: { historyEvents: PAGE, messagesPerSecond: 1_000, lowWaterBytes: SLICE }, authenticate: async (_, token) => ({ id: token! }) }, { jwt: false }) }
  }
}

/** A small generator, good enough to try orders (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
