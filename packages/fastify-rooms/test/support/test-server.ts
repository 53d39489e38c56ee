import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { JoinedFrame } from 'rooms-protocol'
import type { RoomsOptions } from '../../src/index.js'
import { RawClient, type RawOptions } from './raw-client.js'
import { type AppSetup, buildApp, tokenOf } from './test-app.js'

export interface Joined {
  readonly client: RawClient
  readonly joined: JoinedFrame
}

/** An application on a port of its own, and clients of it. */
export interface TestServer {
  readonly app: FastifyInstance
  /** Begins with `ws:`. */
  readonly url: string
  readonly port: number
  /** Connects as a user and waits for `welcome`; `path` is `/ws` unless told. */
  connect(user: string, options?: RawOptions & { path?: string }): Promise<RawClient>
  /** Connects to `/ws/:room` and waits for `joined`. */
  join(user: string, room: string, options?: RawOptions & { query?: string }): Promise<RawClient>
  /** The same with what `joined` said. */
  enter(user: string, room: string, options?: RawOptions & { query?: string }): Promise<Joined>
}

export async function startServer(options: RoomsOptions = {}, setup: AppSetup = {}): Promise<TestServer> {
  const app = await buildApp(options, setup)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const url = `ws://127.0.0.1:${port}`
  const server: TestServer = {
    app,
    url,
    port,
    async connect(user, { path = '/ws', ...raw } = {}) {
      const client = await new RawClient(`${url}${options.prefix ?? ''}${path}`, { token: setup.jwt === false ? user : tokenOf(app, user), ...raw }).opened()
      await client.next('welcome')
      return client
    },
    async enter(user, room, { query = '', ...raw } = {}) {
      const client = await server.connect(user, { ...raw, path: `/ws/${encodeURIComponent(room)}${query}` })
      return { client, joined: await client.next('joined') }
    },
    async join(user, room, raw) {
      return (await server.enter(user, room, raw)).client
    },
  }
  return server
}
