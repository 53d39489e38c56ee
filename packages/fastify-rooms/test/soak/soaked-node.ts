import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { startProxy, type TcpProxy } from '../faults/tcp-proxy.js'
import { messageOf } from '../scale/node-process.js'

interface Answer { readonly answer: number; readonly value: unknown; readonly failed?: string }

/** A node of node.mjs with a proxy of its own before it and one to Redis; it ends with the test. */
export class SoakedNode {
  readonly url: string
  readonly redis: TcpProxy
  /** Where its clients connect. */
  readonly front: TcpProxy
  readonly #child: ChildProcess
  #asked = 0
  /** Questions under way, by number. */
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (why: Error) => void }>()
  private constructor(child: ChildProcess, redis: TcpProxy, front: TcpProxy) {
    this.#child = child
    child.on('message', (message) => this.#take(message as Answer))
    this.redis = redis
    this.front = front
    this.url = `ws://127.0.0.1:${front.port}`
  }

  static async start(redisPort: number, historySize: number): Promise<SoakedNode> {
    const redis = await startProxy(redisPort)
    const child = fork(fileURLToPath(new URL('node.mjs', import.meta.url)), [JSON.stringify({ redisPort: redis.port, historySize })], { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.setMaxListeners(0)
    onTestFinished(() => kill(child))
    const { port } = await messageOf<{ port: number }>(child)
    return new SoakedNode(child, redis, await startProxy(port))
  }

  /** It stands still; its connections stay open. */
  stop(): void { this.#child.kill('SIGSTOP') }
  go(): void { this.#child.kill('SIGCONT') }
  kill(): Promise<void> { return kill(this.#child) }

  /** Tells it to stop, as a deploy does; resolves with its exit code once the process is gone. */
  async terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    const [code] = (await once(this.#child, 'exit')) as [number | null]
    return code
  }

  faults(): Promise<string[]> { return this.#ask('faults') }
  heapBytes(): Promise<number> { return this.#ask('heapBytes') }
  members(room: string): Promise<string[]> { return this.#ask('members', { room }) }

  #ask<T>(what: string, more: object = {}): Promise<T> {
    const ask = ++this.#asked
    this.#child.send({ ask, what, ...more })
    return new Promise((resolve, reject) => this.#open.set(ask, { resolve: resolve as (value: unknown) => void, reject }))
  }

  #take({ answer, value, failed }: Answer): void {
    if (failed === undefined) this.#open.get(answer)?.resolve(value)
    else this.#open.get(answer)?.reject(new Error(failed))
    this.#open.delete(answer)
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
