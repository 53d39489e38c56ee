import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Limits } from '../../src/options.js'
import { messageOf } from '../scale/node-process.js'
import { SECRET } from '../support/test-app.js'

/** The node of node.mjs, that ends with the test. */
export class AttackedNode {
  readonly port: number
  readonly #child: ChildProcess
  #asked = 0
  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(limits: Partial<Limits>): Promise<AttackedNode> {
    const child = fork(fileURLToPath(new URL('node.mjs', import.meta.url)), [JSON.stringify({ secret: SECRET, limits })], { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.setMaxListeners(0)
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    })
    const { port } = await messageOf<{ port: number }>(child)
    return new AttackedNode(child, port)
  }

  get alive(): boolean { return this.#child.exitCode === null && this.#child.signalCode === null }

  /** The first of what nobody caught, and of what was logged as an error. */
  faults(): Promise<string[]> { return this.#ask('faults') }
  heapBytes(): Promise<number> { return this.#ask('heapBytes') }
  startFlow(room: string, perSecond: number): Promise<void> { return this.#ask('startFlow', { room, perSecond }) }

  /** Resolves when no more than so many clients are left. */
  async quiet(left: number): Promise<void> {
    while ((await this.#ask<number>('connections')) > left) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  async #ask<T>(what: string, more: object = {}): Promise<T> {
    const ask = ++this.#asked
    const answer = messageOf<{ answer: number; value: T }>(this.#child, (message) => message.answer === ask)
    this.#child.send({ ask, what, ...more })
    return (await answer).value
  }
}
