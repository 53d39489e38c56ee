import type { ChildProcess } from 'node:child_process'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { messageOf, type NodeProcess, startProcess } from './node-process.js'

/** How clients came back, counted over all of them. */
export interface Return {
  /** From the word to come back until a client had everything. */
  readonly medianMs: number
  readonly p95Ms: number
  readonly lastMs: number
  readonly missing: number
  readonly repeated: number
  readonly resets: number
  /** The `retryAfterMs` of each goodbye. */
  readonly goodbyes: readonly number[]
}

/** Clients in a process of their own, shared out among nodes and rooms. */
export class ReturningClients {
  readonly #child: ChildProcess
  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves when all have joined, on the first `homes` of the nodes. */
  static async join(nodes: readonly NodeProcess[], rooms: readonly string[], count: number, homes = nodes.length): Promise<ReturningClients> {
    const child = startProcess('returning-clients.mjs')
    child.send({ ports: nodes.map(({ port }) => port), homes, rooms, tokens: Array.from({ length: count }, (_, n) => forgeToken({ sub: `user-${n}`, exp: inSeconds(3_600) })) })
    await messageOf(child)
    return new ReturningClients(child)
  }

  /** All break off at once. */
  async drop(): Promise<void> {
    const dropped = messageOf(this.#child)
    this.#child.send({ what: 'drop' })
    await dropped
  }

  /** All connect at once, to the node that `nodes` names for the one they were on; resolves when each has come to its room's offset. */
  comeBack(offsets: Readonly<Record<string, number>>, nodes: readonly number[]): Promise<Return> {
    return this.#until('come back', offsets, nodes)
  }

  /** Resolves when each has come to its room's offset, on whichever node and however often it was sent away. */
  reach(offsets: Readonly<Record<string, number>>): Promise<Return> {
    return this.#until('reach', offsets)
  }

  #until(what: string, offsets: Readonly<Record<string, number>>, nodes: readonly number[] = []): Promise<Return> {
    const report = messageOf<Return>(this.#child)
    this.#child.send({ what, offsets, nodes })
    return report
  }
}
