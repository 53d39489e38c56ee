import { setTimeout as delay } from 'node:timers/promises'
import { peers } from '../peers/peers.mjs'
import { RawClient } from './raw-client.mjs'

const CONNECTING_AT_ONCE = 50

/**
 * Many raw clients in one process.
 *
 * @param {{ peer: string, port: number, groups: readonly { room: string, count: number }[] }} setup each member is a user of its own
 */
export class Crowd {
  clients = []
  /** The clients of each group. */
  groups = []
  lastArrival = 0
  /** From the first connect until all were members. */
  joinMs = 0

  static async connect({ peer, port, groups, atOnce = CONNECTING_AT_ONCE, addresses = groups.flatMap(({ room, count }) => Array.from({ length: count }, (_, n) => peers[peer].address(room, `${room.slice(room.indexOf(":") + 1)}-${n}`))) }) {
    const crowd = new Crowd()
    const started = performance.now()
    let next = 0
    const work = async () => {
      while (next < addresses.length) {
        const address = addresses[next++]
        await crowd.#add().open(port, address)
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, addresses.length) }, work))
    crowd.joinMs = performance.now() - started
    for (let at = 0, group = 0; group < groups.length; at += groups[group++].count) crowd.groups.push(crowd.clients.slice(at, at + groups[group].count))
    return crowd
  }

  #add() {
    const client = new RawClient()
    client.onData = () => { this.lastArrival = performance.now() }
    this.clients.push(client)
    return client
  }

  /** Resolves when nothing arrived for that long. */
  async quiet(quietMs) {
    this.lastArrival = performance.now()
    while (performance.now() - this.lastArrival < quietMs) await delay(quietMs / 10)
  }
}
