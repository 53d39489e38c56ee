import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Window } from 'happy-dom'
import { useEffect, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { UnauthorizedError, type SSE, type SSEOptions } from '../../src/index.js'

// A page around Node's own fetch, streams and AbortController: happy-dom's environment would replace them.
const page = new Window()
vi.stubGlobal('window', page)
vi.stubGlobal('document', page.document)
vi.stubGlobal('navigator', page.navigator)
const { createRoot } = await import('react-dom/client')
const { useSSE } = await import('../../src/index.js')

interface Asked {
  readonly headers: IncomingMessage['headers']
  readonly response: ServerResponse
  /** The client let go of it. */
  readonly closed: Promise<void>
}

let server: Server
let url: string
/** The next request. */
let next: () => Promise<Asked>
const unmounts: (() => void)[] = []

beforeEach(async () => {
  const asked: Asked[] = []
  const waiting: ((asked: Asked) => void)[] = []
  next = () => new Promise((resolve) => (asked.length > 0 ? resolve(asked.shift()!) : waiting.push(resolve)))
  server = createServer(({ headers }, response) => {
    const request = { headers, response, closed: new Promise<void>((closed) => response.on('close', closed)) }
    const waiter = waiting.shift()
    if (waiter) waiter(request)
    else asked.push(request)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/figures`
})
afterEach(async () => {
  unmounts.splice(0).forEach((unmount) => unmount())
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

/** Follows the server's stream; `until` resolves with the first snapshot that fits. */
function follow(options: SSEOptions = {}) {
  let shown: SSE | undefined
  const looks = new Set<() => void>()
  function Figures(): ReactNode {
    const figures = useSSE(url, { backoff: { minMs: 1 }, ...options })
    useEffect(() => {
      shown = figures
      looks.forEach((look) => look())
    })
    return null
  }
  const root = createRoot(page.document.createElement('div') as unknown as Element)
  const unmount = (): void => root.unmount()
  unmounts.push(unmount)
  root.render(<Figures />)
  const until = (fits: (shown: SSE) => boolean): Promise<SSE> => new Promise((resolve) => {
    const look = (): void => {
      if (shown === undefined || !fits(shown)) return
      looks.delete(look)
      resolve(shown)
    }
    looks.add(look)
    look()
  })
  return { unmount, until }
}
const begin = ({ response }: Asked): ServerResponse => response.writeHead(200, { 'Content-Type': 'text/event-stream' })

it('follows a real server through cut characters and a cut connection, and resumes where it stood', async () => {
  const { until } = follow({ event: 'figure', getToken: ({ reason }) => `token-${reason}` })
  const first = await next()
  expect(first.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer token-initial' })
  expect(first.headers['last-event-id']).toBeUndefined()
  begin(first).write('\uFEFF: hello\r\n\r\n')
  await until(({ connected }) => connected)
  const bytes = Buffer.from('id: ü1\r\nevent: figure\r\ndata: {"name":\r\ndata: "Zoë"}\r\n\r\n')
  for (const byte of bytes) await new Promise((written) => first.response.write(Buffer.of(byte), written))
  expect((await until(({ data }) => data !== undefined)).data).toEqual({ name: 'Zoë' })
  first.response.destroy()
  expect(await until(({ connected }) => !connected)).toMatchObject({ data: { name: 'Zoë' }, error: { code: 'network' } })
  const second = await next()
  expect(second.headers['authorization']).toBe('Bearer token-reconnect')
  expect(Buffer.from(second.headers['last-event-id'] as string, 'latin1').toString()).toBe('ü1')
  begin(second).write('event: figure\ndata: 2\n\n')
  expect(await until(({ data }) => data === 2)).toMatchObject({ error: null, connected: true })
})

it('lets go of the connection at the unmount', async () => {
  const { unmount, until } = follow()
  const request = await next()
  begin(request).write('data: 1\n\n')
  await until(({ data }) => data === 1)
  unmount()
  await request.closed
})

it('stops at a login refused twice, having asked once for a better token', async () => {
  const reasons: string[] = []
  const { until } = follow({ getToken: ({ reason }) => (reasons.push(reason), 'stale') })
  for (let i = 0; i < 2; i++) (await next()).response.writeHead(401).end()
  expect((await until(({ error }) => error !== null)).error).toBeInstanceOf(UnauthorizedError)
  expect(reasons).toEqual(['initial', 'refused'])
})
