import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { EventSource } from 'eventsource'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tokenOf } from '../support/test-app.js'
import { startServer, type TestServer } from '../support/test-server.js'

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stdout.write(`event streams: ${program} is not here (Debian: apt-get install ${program})\n`)
    return false
  }
}

/** What curl prints, as it prints it. */
class Curl {
  readonly #child: ChildProcess
  text = ''
  constructor({ app, port }: TestServer, headers: readonly string[] = []) {
    this.#child = spawn('curl', ['-sN', ...['authorization: Bearer '.concat(tokenOf(app, 'ana')), ...headers].flatMap((header) => ['-H', header]), `http://127.0.0.1:${port}/sse/chat%3A1`], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child.stdout!.setEncoding('utf8').on('data', (chunk: string) => { this.text += chunk })
    onTestFinished(() => { this.#child.kill() })
  }

  async prints(text: string): Promise<void> {
    while (!this.text.includes(text)) await once(this.#child.stdout!, 'data')
  }

  async end(): Promise<void> {
    this.#child.kill()
    await once(this.#child, 'exit')
  }

  /** The id of the last event, which is what to resume by. */
  get lastId(): string { return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)![1]! }
  get data(): unknown[] { return [...this.text.matchAll(/^data: (\{"type":"event".*)$/gm)].map((match) => (JSON.parse(match[1]!) as { data: unknown }).data) }
}

describe('curl alone', () => {
  test.runIf(has('curl'))('follows a room and resumes by Last-Event-ID', async () => {
    const server = await startServer()
    const first = new Curl(server)
    await first.prints('event: joined')
    await server.app.rooms.send('chat:1', 'message', 1)
    await server.app.rooms.send('chat:1', 'message', 'a\r\n\r\ndata: b')
    await first.prints('data: b')
    await first.end()
    expect(first.data).toEqual([1, 'a\r\n\r\ndata: b'])
    for (const n of [3, 4]) await server.app.rooms.send('chat:1', 'message', n)
    const second = new Curl(server, [`Last-Event-ID: ${first.lastId}`])
    await second.prints('"data":4')
    expect([second.data, second.text.includes('"recovered":true')]).toEqual([[3, 4], true])
    const third = new Curl(server, ['Last-Event-ID: ;rm -rf /'])
    await third.prints('event: joined')
    expect(third.text).toContain('"recovered":false,"reason":"invalid"')
  })
})

describe('the standard EventSource', () => {
  test('follows a room, comes back by itself when the stream breaks, and misses nothing', async () => {
    const sockets = new Set<Socket>()
    const asked: unknown[] = []
    const server = await startServer({}, { after: (app) => {
      app.server.on('connection', (socket) => { sockets.add(socket) })
      app.addHook('onRequest', async (request) => { asked.push(request.headers['last-event-id']) })
    } })
    const source = new EventSource(`http://127.0.0.1:${server.port}/sse/chat%3A1?token=${tokenOf(server.app, 'ana')}`)
    onTestFinished(() => source.close())
    const got: unknown[] = []
    const arrived = (event: string): Promise<MessageEvent> => new Promise((resolve) => source.addEventListener(event, resolve as never, { once: true }))
    source.addEventListener('event', ({ data }) => got.push((JSON.parse(data as string) as { data: unknown }).data))
    await arrived('joined')
    const news = arrived('event')
    const { position } = await server.app.rooms.send('chat:1', 'message', 1)
    expect((await news).lastEventId).toBe(position)
    const back = arrived('joined')
    for (const socket of sockets) socket.destroy()
    await server.app.rooms.send('chat:1', 'message', 'while it was away')
    expect(JSON.parse((await back).data as string)).toMatchObject({ recovered: true, replay: 1 })
    await server.app.rooms.send('chat:1', 'message', 'end')
    while (got.at(-1) !== 'end') await arrived('event')
    expect([got, asked]).toEqual([[1, 'while it was away', 'end'], [undefined, position]])
  })
  test('is told of errors under a name that is not its own', async () => {
    const server = await startServer({ limits: { connectionsPerUser: 1 } })
    await server.join('ana', 'chat:1')
    const source = new EventSource(`http://127.0.0.1:${server.port}/sse/chat%3A1?token=${tokenOf(server.app, 'ana')}`)
    onTestFinished(() => source.close())
    const { data } = await new Promise<MessageEvent>((resolve) => source.addEventListener('bye', resolve as never))
    expect(JSON.parse(data as string)).toMatchObject({ code: 4130, retry: 'backoff' })
  })
})
