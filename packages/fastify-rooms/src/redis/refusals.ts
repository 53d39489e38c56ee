import type { FastifyBaseLogger } from 'fastify'

/** Redis' word for why it refused, and the cure; what commands inside a script are refused with has no such word in Redis 7. */
const CURES: readonly (readonly [word: string, cure: string, also?: string])[] = [
  ['OOM', 'it is out of memory: raise maxmemory, or keep rooms in a Redis of their own'],
  ['NOPERM', 'the user of this connection lacks a permission: allow it the commands of scripts, and the keys and channels of the namespace', 'user executing the script'],
  ['NOAUTH', 'it wants a password: give the client one'],
  ['READONLY', 'it is a replica: reconnecting, in case the address leads to the master by then'],
  ['MASTERDOWN', 'it is a replica that has lost its master: reconnecting, in case the address leads to the master by then'],
  ['MISCONF', 'it cannot save to disk and takes no writes: free the disk, or change its persistence'],
  ['NOREPLICAS', 'it has fewer replicas than min-replicas-to-write: bring them back'],
  ['BUSY', 'a script of somebody else runs for too long: SCRIPT KILL ends it'],
  ['LOADING', 'it loads its data: wait'],
  ['CLUSTERDOWN', 'slots of the cluster have no master: bring one back'],
  ['WRONGTYPE', 'a key of the namespace holds something else: give the rooms a namespace of their own, and delete the key'],
]
const REASONS = CURES.map(([word, cure, also = word]) => ({ word, cure, names: new RegExp(`\\b(${word}|${also})\\b`) }))
const EACH_MS = 60_000

/** Tells the operator why Redis refuses what nodes ask: each reason once a minute, however often it happens. */
export class Refusals {
  readonly #log: FastifyBaseLogger
  readonly #told = new Map<string, number>()
  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  /** Anything but an answer of Redis is somebody else's to tell. */
  note(error: unknown, script: string): void {
    if (!(error instanceof Error) || error.name !== 'ReplyError') return
    const { word, cure } = REASONS.find(({ names }) => names.test(error.message)) ?? { word: 'ERR', cure: 'see its reason' }
    const now = performance.now()
    if (now - (this.#told.get(word) ?? -EACH_MS) < EACH_MS) return
    this.#told.set(word, now)
    // An unknown command is answered with what it was given: that may be what somebody wrote.
    this.#log.warn({ script, reason: error.message.split(', with args')[0] }, `redis refused (${word}): ${cure}`)
  }
}
