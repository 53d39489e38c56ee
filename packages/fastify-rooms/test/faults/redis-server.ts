import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'

/** Ports are chosen before the server binds them; another process may be quicker. */
const PORT_TRIES = 5

const running = new Set<ChildProcess>()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

/** Where a client connects, and as what. */
interface ClientOptions {
  /** Default: the server's own; a proxy's to lose what passes. */
  port?: number
  db?: number
  keyPrefix?: string
  lazyConnect?: boolean
}

/** A redis-server process of its own on the loopback, that keeps nothing on disk. */
export class RedisServer {
  readonly port: number
  readonly #args: readonly string[]
  readonly #folder = mkdtempSync(join(tmpdir(), 'rooms-redis-'))
  readonly #clients: Redis[] = []
  #child: ChildProcess | null = null
  private constructor(port: number, args: readonly string[]) {
    this.port = port
    this.#args = args
  }

  static async start(...args: readonly string[]): Promise<RedisServer> {
    for (let tries = 1; ; tries++) {
      const server = new RedisServer(await freePort(), args)
      try {
        await server.restart()
        return server
      } catch (error) {
        await server.stop()
        if (tries === PORT_TRIES) throw error
      }
    }
  }

  get pid(): number { return this.#child!.pid! }

  /** A client that ends with the server; what it says while the server is away is not heard. */
  client({ port = this.port, ...options }: ClientOptions = {}): Redis {
    const client = new Redis(port, '127.0.0.1', options)
    client.on('error', () => {})
    this.#clients.push(client)
    return client
  }

  /** Stops it where it stands: connections stay open and nothing is answered. */
  pause(): void { this.#child!.kill('SIGSTOP') }
  resume(): void { this.#child!.kill('SIGCONT') }

  /** Ends it at once, with everything in it. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Starts it empty on the same port; resolves when it answers. */
  async restart(): Promise<void> {
    await this.kill()
    const child = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folder, ...this.#args], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    running.add(child)
    child.on('exit', () => running.delete(child))
    await ready(child)
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect()
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** A server that ends with the test. */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...args)
  onTestFinished(() => server.stop())
  return server
}

async function ready(child: ChildProcess): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`redis-server cannot be started: ${error.message}. On Debian: apt-get install redis-server`)))
    child.on('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)))
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Ready to accept connections')) resolve()
    })
  })
  // Nobody reads on; a full pipe would stop the server.
  child.stdout!.removeAllListeners('data').resume()
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
