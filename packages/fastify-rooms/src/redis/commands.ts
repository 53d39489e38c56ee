import type { FastifyBaseLogger } from 'fastify'
import { RoomsUncertainError, RoomsUnavailableError } from '../errors.js'
import { bareError } from './bare-error.js'
import { isCluster, type RedisClient, type RedisCluster } from './client.js'
import { inTime } from '../in-time.js'
import { Liveness } from './liveness.js'
import * as presenceScripts from './presence-scripts.js'
import { Refusals } from './refusals.js'
import { UNTOLD } from './script.js'
import * as streamScripts from './stream-scripts.js'

/** Longest a command is waited for; `send` promises to answer within a second. */
const SETTLE_MS = 800

const SCRIPTS = { ...streamScripts, ...presenceScripts }
export type ScriptName = keyof typeof SCRIPTS
type Run = (...args: (string | number)[]) => Promise<unknown>

/** Runs scripts on connections of our own. Every call settles within a second, whatever Redis does. */
export class Commands {
  readonly #client: RedisClient | RedisCluster
  readonly #liveness: Liveness
  readonly #refusals: Refusals
  /** Lanes that owe an answer: while one does, nothing more is queued behind it. */
  readonly #silent = new Set<string>()
  readonly #running = new Set<Promise<unknown>>()
  #gathering = false
  #calls = 0
  constructor(client: RedisClient | RedisCluster, log: FastifyBaseLogger) {
    this.#client = client
    this.#refusals = new Refusals(log)
    for (const [name, { keys, lua }] of Object.entries(SCRIPTS)) client.defineCommand(commandName(name), { numberOfKeys: keys, lua: answering(lua) })
    // A master's connection that was closed is made again by the cluster when it is needed.
    this.#liveness = isCluster(client) ? new Liveness(() => client.nodes('master'), (node) => node.disconnect()) : new Liveness(() => [client], () => client.disconnect(true))
  }

  /** For what changes something: no answer means that it may have happened. */
  change(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#tracked(this.#run(name, keys, args, (options) => new RoomsUncertainError(options)))
  }

  /** For what only reads, or may be done again without harm. */
  ask(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#tracked(this.#run(name, keys, args, (options) => new RoomsUnavailableError(options)))
  }

  /** Lets what runs settle, which takes a second at most; `quit` would wait for an answer that may never come. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running)
    this.#liveness.close()
    this.#client.disconnect()
  }

  async #run(name: ScriptName, keys: readonly string[], args: readonly (string | number)[], doubt: (options?: { cause: unknown }) => Error): Promise<unknown> {
    const lane = this.#lane(keys)
    if (this.#client.status !== 'ready' || this.#silent.has(lane)) throw new RoomsUnavailableError()
    this.#gather()
    const call = String(++this.#calls)
    const work = (this.#client as unknown as Record<string, Run>)[commandName(name)]!(...keys, ...args, call).then((answer) => this.#own(call, answer))
    try {
      return await inTime(work, SETTLE_MS, () => {
        this.#fallSilent(lane, work)
        return doubt()
      })
    } catch (error) {
      if (error instanceof RoomsUncertainError || error instanceof RoomsUnavailableError) throw error
      this.#refusals.note(error, name)
      const cause = bareError(error)
      throw wasNotDone(error) ? new RoomsUnavailableError({ cause }) : doubt({ cause })
    }
  }

  /** Answers come in order and carry no name: where one went lost, each that follows would be taken for that of the call before it. */
  #own(call: string, answer: unknown): unknown {
    const [answered, reply] = Array.isArray(answer) ? (answer as unknown[]) : []
    if (answered === call) return reply
    for (const connection of isCluster(this.#client) ? this.#client.nodes('master') : [this.#client]) connection.disconnect(true)
    throw new Error('redis answered another call: reconnecting')
  }

  /** What is asked in one turn of the event loop leaves in one write; a write for each takes a third more time. */
  #gather(): void {
    if (this.#gathering || isCluster(this.#client)) return
    const { stream } = this.#client
    if (stream === undefined) return
    this.#gathering = true
    stream.cork()
    setImmediate(() => {
      this.#gathering = false
      stream.uncork()
    })
  }

  /** One server answers in order; in a cluster one room says nothing about another. */
  #lane(keys: readonly string[]): string {
    return isCluster(this.#client) ? keys[0]!.slice(0, keys[0]!.indexOf('}')) : ''
  }

  #fallSilent(lane: string, work: Promise<unknown>): void {
    this.#silent.add(lane)
    const answers = (): void => { this.#silent.delete(lane) }
    work.then(answers, answers)
  }

  #tracked(work: Promise<unknown>): Promise<unknown> {
    this.#running.add(work)
    const settled = (): void => { this.#running.delete(work) }
    work.then(settled, settled)
    return work
  }
}

/** A script whose last argument names the call, and comes back before its answer. */
function answering(lua: string): string {
  return `
local call = table.remove(ARGV)
local function answer()
${lua}
end
local reply = answer()
if type(reply) == 'table' and reply.err then return reply end
return {call, reply}
`
}

function commandName(script: string): string {
  return `rooms_${script.toLowerCase()}`
}

/** Redis answered with an error: it read the command and did not carry it out. Or the command never left. */
function wasNotDone(error: unknown): boolean {
  return error instanceof Error && ((error.name === 'ReplyError' && !error.message.includes(UNTOLD)) || error.message.includes("isn't writeable") || error.message.includes("isn't ready"))
}
