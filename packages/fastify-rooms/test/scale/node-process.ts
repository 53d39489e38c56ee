import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { RoomsOptions, RoomsStats } from '../../src/index.js'
import { SECRET } from '../support/test-app.js'

export const FULL = process.env['ROOMS_FULL'] === '1'

/** A script of this folder in a process that ends with the test. */
export function startProcess(script: string, { args = [], env = {} }: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {}): ChildProcess {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, ...env } })
  child.setMaxListeners(0)
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}

/**
 * The next message of a process that is wanted; rejects when the process ends before. It listens all the while: of
 * messages that come at once, `once` in a loop would hear the first alone.
 */
export function messageOf<T>(child: ChildProcess, wanted: (message: T) => boolean = () => true): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      child.off('message', take)
      child.off('exit', ended)
    }
    const take = (message: unknown): void => {
      if (!wanted(message as T)) return
      over()
      resolve(message as T)
    }
    const ended = (code: number | null): void => {
      over()
      reject(new Error(`the process ended with ${String(code)}`))
    }
    child.on('message', take)
    child.on('exit', ended)
  })
}

interface NodeSetup {
  readonly options?: Pick<RoomsOptions, 'limits' | 'presence' | 'history' | 'drainMs'> & { readonly contract?: object }
  readonly redisPort?: number
  readonly env?: NodeJS.ProcessEnv
}

/** One API node in a process of its own, which answers what it is asked. */
export class NodeProcess {
  readonly port: number
  readonly #child: ChildProcess
  #asked = 0
  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start({ options = {}, redisPort, env = {} }: NodeSetup = {}): Promise<NodeProcess> {
    const child = startProcess('node.mjs', { args: [JSON.stringify({ secret: SECRET, redisPort, options })], env })
    const { port } = await messageOf<{ port: number }>(child)
    return new NodeProcess(child, port)
  }

  get url(): string { return `ws://127.0.0.1:${this.port}` }

  /** Ends it at once, as a machine that fails does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  /** Tells it to stop, as a deploy does; resolves with its exit code once the process is gone. */
  async terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    const [code] = (await once(this.#child, 'exit')) as [number | null]
    return code
  }

  now(): Promise<number> { return this.#ask('now') }
  processorMs(): Promise<number> { return this.#ask('processorMs') }
  stats(): Promise<RoomsStats & { residentBytes: number }> { return this.#ask('stats') }
  members(room: string): Promise<{ user: string }[]> { return this.#ask('members', { room }) }
  watchLoop(): Promise<void> { return this.#ask('watchLoop') }
  loopDelayMs(): Promise<{ p99: number; max: number }> { return this.#ask('loopDelayMs') }
  startFlow(flow: { room: string; perSecond: number; padding: number }): Promise<void> { return this.#ask('startFlow', flow) }
  takePeak(): Promise<{ bufferedBytes: number; residentBytes: number }> { return this.#ask('takePeak') }
  endFlow(): Promise<void> { return this.#ask('endFlow') }

  async #ask<T>(what: string, more: object = {}): Promise<T> {
    const ask = ++this.#asked
    const answer = messageOf<{ answer: number; value: T }>(this.#child, (message) => message.answer === ask)
    this.#child.send({ ask, what, ...more })
    return (await answer).value
  }
}
