import type { RedisServer } from '../faults/redis-server.js'
import { commands, type Proxied, subscribers } from '../faults/tcp-proxy.js'
import { pass } from './pass.js'
import type { SoakedNode } from './soaked-node.js'

/** What the faults work on; a killed node is replaced in the list. */
export interface Cluster {
  readonly redis: RedisServer
  /** The first is never killed: its memory is compared. */
  readonly nodes: SoakedNode[]
  startNode(): Promise<SoakedNode>
  cutClient(): void
}

type Fault = (cluster: Cluster, random: () => number) => Promise<void>

/** Clients whose silence a node notices: of an event stream it hears nothing, whether its client is there or not. */
export const heard = ({ listensOnly }: Proxied): boolean => !listensOnly

const some = (cluster: Cluster, random: () => number): SoakedNode => cluster.nodes[Math.floor(random() * cluster.nodes.length)]!

/** Every kind of fault, and how long each lasts; none destroys history. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'node killed': async (cluster, random) => {
    await anyButTheFirst(cluster, random).kill()
    await pass(random() * 2_000)
    cluster.nodes.push(await cluster.startNode())
  },
  'node told to stop': async (cluster, random) => {
    const code = await anyButTheFirst(cluster, random).terminate()
    if (code !== 0) throw new Error(`a node that was told to stop ended with ${String(code)}`)
    cluster.nodes.push(await cluster.startNode())
  },
  'node stopped': async (cluster, random) => {
    const node = some(cluster, random)
    node.stop()
    await pass(random() * 4_000)
    node.go()
  },
  'Redis stopped': async ({ redis }, random) => {
    redis.pause()
    await pass(random() * 3_000)
    redis.resume()
  },
  'Redis clients paused': async ({ redis }, random) => {
    const client = redis.client()
    await client.call('CLIENT', 'PAUSE', String(Math.round(random() * 2_000)))
    client.disconnect()
  },
  'subscriber cut': async (cluster, random) => some(cluster, random).redis.cut(subscribers),
  'commands cut': async (cluster, random) => some(cluster, random).redis.cut(commands),
  'subscriber half open': async (cluster, random) => some(cluster, random).redis.halfOpen(subscribers),
  'replies dropped': async (cluster, random) => {
    const { redis } = some(cluster, random)
    redis.dropReplies(commands)
    await pass(random() * 1_000)
    redis.cut(commands)
  },
  'Redis refused': async (cluster, random) => {
    const { redis } = some(cluster, random)
    redis.refuse()
    await pass(random() * 2_000)
    redis.heal()
  },
  'Redis black-holed': async (cluster, random) => {
    const { redis } = some(cluster, random)
    redis.blackHole()
    await pass(random() * 6_000)
    redis.heal()
  },
  'Redis slow': async (cluster, random) => {
    const { redis } = some(cluster, random)
    redis.delay(Math.ceil(random() * 80))
    await pass(random() * 3_000)
    redis.delay(0)
  },
  'clients stand still': async (cluster, random) => {
    const { front } = some(cluster, random)
    front.stall(() => random() < 0.3)
    await pass(random() * 4_000)
    front.unstall()
  },
  'clients lost without a FIN': async (cluster, random) => some(cluster, random).front.lose((client) => heard(client) && random() < 0.1),
  'a client cut': async ({ cutClient }) => cutClient(),
  'thirty clients cut': async ({ cutClient }) => { for (let n = 0; n < 30; n++) cutClient() },
}

/** Takes a node from the list: nobody connects to it any more. */
function anyButTheFirst(cluster: Cluster, random: () => number): SoakedNode {
  return cluster.nodes.splice(1 + Math.floor(random() * (cluster.nodes.length - 1)), 1)[0]!
}
