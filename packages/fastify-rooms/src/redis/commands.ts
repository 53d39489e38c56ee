import { RoomsUncertainError, RoomsUnavailableError } from '../errors.js'
import type { RedisClient, RedisCluster } from './client.js'
import * as presenceScripts from './presence-scripts.js'
import * as streamScripts from './stream-scripts.js'

/** Longest a command is waited for; `send` promises to answer within a second. */
const SETTLE_MS = 900
/** How long a connection may be silent before it is replaced. */
const STALLED_MS = 5_000

const SCRIPTS = { ...streamScripts, ...presenceScripts }
export type ScriptName = keyof typeof SCRIPTS
type Run = (...args: (string | number)[]) => Promise<unknown>

/** Runs scripts on a connection of our own. Every call settles within `SETTLE_MS`, whatever Redis does. */
export class Commands {
  readonly #client: RedisClient | RedisCluster
  /** Since when Redis has owed an answer; while it does, nothing more is queued behind it. */
  #stalledAt = 0
  constructor(client: RedisClient | RedisCluster) {
    this.#client = client
    for (const [name, { keys, lua }] of Object.entries(SCRIPTS)) client.defineCommand(commandName(name), { numberOfKeys: keys, lua })
  }

  /** For what changes something: no answer means that it may have happened. */
  change(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#run(name, keys, args, () => new RoomsUncertainError())
  }

  /** For what only reads, or may be done again without harm. */
  ask(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#run(name, keys, args, () => new RoomsUnavailableError())
  }

  async close(): Promise<void> {
    this.#client.disconnect()
  }

  async #run(name: ScriptName, keys: readonly string[], args: readonly (string | number)[], doubt: () => Error): Promise<unknown> {
    if (this.#client.status !== 'ready' || this.#stalledAt > 0) {
      this.#reviveIfDead()
      throw new RoomsUnavailableError()
    }
    const run = (this.#client as unknown as Record<string, Run>)[commandName(name)]!
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#stalled()
        reject(doubt())
      }, SETTLE_MS)
    })
    try {
      // An unfulfilled command of a lost connection never settles by itself.
      return await Promise.race([run.call(this.#client, ...keys, ...args), deadline])
    } catch (error) {
      throw isRefusal(error) ? new RoomsUnavailableError({ cause: error }) : error instanceof RoomsUncertainError || error instanceof RoomsUnavailableError ? error : doubt()
    } finally {
      clearTimeout(timer)
    }
  }

  #stalled(): void {
    if (this.#stalledAt > 0) return
    this.#stalledAt = Date.now()
    const alive = (): void => { this.#stalledAt = 0 }
    this.#client.on('ready', alive)
    this.#client.ping().then(alive, () => {})
  }

  #reviveIfDead(): void {
    if (this.#stalledAt === 0 || Date.now() - this.#stalledAt < STALLED_MS || this.#client.status !== 'ready') return
    this.#stalledAt = Date.now()
    this.#client.disconnect(true)
  }
}

function commandName(script: string): string {
  return `rooms_${script.toLowerCase()}`
}

/** Redis answered with an error: it read the command and did not carry it out. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}
