import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../demo-api/dist/server.js', import.meta.url))
const page = fileURLToPath(new URL('../dist/index.html', import.meta.url))

/** The built demo: one process at a time, on one data folder of its own. */
export class DemoServer {
  readonly folder: string
  #process: ChildProcess | null = null
  #said = ''
  url = ''

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Starts on a folder of its own: a copy of `template`, whose database is made already, or an empty one. */
  static async start(template?: string): Promise<DemoServer> {
    for (const file of [program, page]) if (!existsSync(file)) throw new Error(`${file} is missing: run "pnpm build" first.`)
    const server = new DemoServer(await mkdtemp(join(tmpdir(), 'rooms-e2e-')))
    try {
      if (template !== undefined) await cp(template, server.folder, { recursive: true })
      await server.listen(0)
    } catch (error) {
      await server.remove()
      throw error
    }
    return server
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** What the process printed, for the report of a failed test. */
  get said(): string {
    return this.#said
  }

  /** Starts a process on the folder; resolves with its address once it answers. */
  async listen(port: number): Promise<void> {
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, PORT: String(port), DATA_DIR: this.folder, DATABASE_URL: '', REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => { this.#said += text })
    const lines = createInterface(child.stdout)
    const line = await Promise.race([once(lines, 'line').then(([first]) => String(first)), once(child, 'exit').then(() => null)])
    if (line === null) throw new Error(`The demo server did not start:\n${this.#said}`)
    const [address] = /http:\/\/\S+/.exec(line) ?? []
    if (address === undefined) throw new Error(`The demo server printed no address but: ${line}`)
    this.url = address.replace(/\/$/, '')
  }

  /** Ends the process as an operator would. */
  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Calls the REST API as one of the ready users. */
  async as(user: string): Promise<<T>(method: string, path: string, body?: unknown) => Promise<T>> {
    const { token } = await this.#call<{ token: string }>('POST', '/api/session', { user })
    return (method, path, body) => this.#call(method, path, body, token)
  }

  async #call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }
}
