import { Cluster } from 'ioredis'
import { onTestFinished } from 'vitest'
import { RedisServer } from './redis-server.js'
import { eventually } from '../support/eventually.js'

const SLOTS = 16_384
/** Of silence, until a master counts as dead: far more than a machine stalls. */
const NODE_TIMEOUT_MS = 15_000
/** While it is made: nodes tell each other sooner, and one that a stall keeps from answering is not yet forgotten. */
const MAKING_TIMEOUT_MS = 3_000

/** A Redis Cluster of three masters on the loopback; with replicas a dead master is replaced. */
export class RedisCluster {
  readonly masters: readonly RedisServer[]
  readonly replicas: readonly RedisServer[]
  readonly #clients: Cluster[] = []
  private constructor(masters: readonly RedisServer[], replicas: readonly RedisServer[]) {
    this.masters = masters
    this.replicas = replicas
  }

  static async start({ replicas = false, nodeTimeoutMs = NODE_TIMEOUT_MS } = {}): Promise<RedisCluster> {
    const start = (): Promise<RedisServer> => RedisServer.start('--cluster-enabled', 'yes', '--cluster-node-timeout', String(MAKING_TIMEOUT_MS), '--repl-diskless-sync-delay', '0')
    const servers = await Promise.all(Array.from({ length: replicas ? 6 : 3 }, start))
    const cluster = new RedisCluster(servers.slice(0, 3), servers.slice(3))
    await cluster.#assemble()
    await Promise.all(servers.map((server) => server.client().config('SET', 'cluster-node-timeout', nodeTimeoutMs)))
    return cluster
  }

  /** A client that ends with the cluster. */
  client(): Cluster {
    const client = new Cluster(this.masters.map(({ port }) => ({ host: '127.0.0.1', port })), { lazyConnect: true })
    client.on('error', () => {})
    this.#clients.push(client)
    return client
  }

  /** The server on which a room's keys are. */
  async masterOf(key: string): Promise<RedisServer> {
    const slot = await this.masters[0]!.client().cluster('KEYSLOT', key)
    const ranges = await this.masters[0]!.client().cluster('SLOTS')
    const [, , master] = ranges.find(([first, last]) => first <= slot && slot <= last)!
    return [...this.masters, ...this.replicas].find((server) => server.port === master?.[1])!
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect()
    await Promise.all([...this.masters, ...this.replicas].map((server) => server.stop()))
  }

  async #assemble(): Promise<void> {
    const [first, ...others] = [...this.masters, ...this.replicas].map((server) => server.client())
    for (const [i, master] of this.masters.entries()) {
      await master.client().call('CLUSTER', 'ADDSLOTSRANGE', String(Math.floor((SLOTS * i) / 3)), String(Math.floor((SLOTS * (i + 1)) / 3) - 1))
      await master.client().call('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1))
    }
    // Everybody meets everybody: by hearsay it takes seconds.
    const ports = [...this.masters, ...this.replicas].map(({ port }) => String(port))
    for (const other of others) for (const port of ports) await other.call('CLUSTER', 'MEET', '127.0.0.1', port)
    await this.#agreed((nodes) => nodes.length === others.length + 1)
    for (const [i, replica] of this.replicas.entries()) await replica.client().call('CLUSTER', 'REPLICATE', String(await this.masters[i]!.client().call('CLUSTER', 'MYID')))
    await this.#agreed((nodes) => nodes.filter((node) => node.includes('slave')).length === this.replicas.length)
    for (const client of [first!, ...others]) await eventually(async () => { if (!(await client.cluster('INFO')).includes('cluster_state:ok')) throw new Error('the cluster is not ready') })
    for (const replica of this.replicas) await eventually(async () => { if (!(await replica.client().info('replication')).includes('master_link_status:up')) throw new Error('a replica is not ready') })
  }

  async #agreed(on: (nodes: string[]) => boolean): Promise<void> {
    for (const server of [...this.masters, ...this.replicas]) {
      const client = server.client()
      await eventually(async () => { if (!on(String(await client.cluster('NODES')).trim().split('\n'))) throw new Error('the cluster does not agree') })
    }
  }
}

/** A cluster that ends with the test. */
export async function startCluster(options: { replicas?: boolean; nodeTimeoutMs?: number } = {}): Promise<RedisCluster> {
  const cluster = await RedisCluster.start(options)
  onTestFinished(() => cluster.stop())
  return cluster
}
