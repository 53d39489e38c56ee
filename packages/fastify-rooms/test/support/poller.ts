import { type IncomingHttpHeaders, request } from 'node:http'
import type { PollAnswer, PollRequest, ServerFrame } from 'rooms-protocol'
import { expect } from 'vitest'
import { tokenOf } from './test-app.js'
import type { TestServer } from './test-server.js'

type FrameOf<T extends string> = Extract<ServerFrame, { type: T }>

export interface Response { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> }

/** Sends one poll as it is, on a connection of its own, and gives whatever comes. */
export function sendPoll({ app, port }: Pick<TestServer, 'app' | 'port'>, user: string | null, body: unknown, { signal, path = '/poll', method = 'POST', headers = {} }: { signal?: AbortSignal; path?: string; method?: string; headers?: Record<string, string> } = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request({
      port, path, method, agent: false, ...(signal === undefined ? {} : { signal }),
      headers: { ...(method === 'POST' ? { 'content-type': 'application/json' } : {}), ...(user === null ? {} : { authorization: `Bearer ${tokenOf(app, user)}` }), ...headers },
    }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('error', reject)
      response.on('end', () => {
        const isJson = response.headers['content-type']?.startsWith('application/json') === true
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text } })
      })
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? (typeof body === 'string' ? body : JSON.stringify(body)) : undefined)
  })
}

/** Counts how often a poll asked for what followed its position, which it does as soon as it is there: once a room. */
export function countAsks(mayRead = true): { authorize: (question: { action: string }) => boolean; times(count: number): Promise<void> } {
  let asked = 0
  return {
    authorize: ({ action }) => {
      if (action === 'history') asked++
      return mayRead || action !== 'history'
    },
    times: (count) => expect.poll(() => asked).toBe(count),
  }
}

/** A polling client as PROTOCOL.md describes it: gives back what the answer before said. Any server will do for a poll. */
export class Poller {
  readonly user: string
  readonly frames: ServerFrame[] = []
  rooms: Record<string, string | null>
  connection: string | undefined
  presence: Record<string, number> | undefined
  constructor(user: string, ...rooms: readonly string[]) {
    this.user = user
    this.rooms = Object.fromEntries(rooms.map((room) => [room, null]))
  }

  get request(): PollRequest {
    return { rooms: this.rooms, ...(this.connection === undefined ? {} : { connection: this.connection }), ...(this.presence === undefined ? {} : { presence: this.presence }) }
  }

  async poll(server: Pick<TestServer, 'app' | 'port'>, waitMs = 2_000, signal?: AbortSignal): Promise<ServerFrame[]> {
    const { status, body } = await sendPoll(server, this.user, { ...this.request, waitMs }, signal === undefined ? {} : { signal })
    if (status !== 200) throw new Error(`a poll was answered by ${status}: ${JSON.stringify(body)}`)
    return this.take(body as unknown as PollAnswer)
  }

  take({ messages, positions, presence, connection }: PollAnswer): ServerFrame[] {
    this.frames.push(...messages)
    this.rooms = positions
    this.presence = presence
    this.connection = connection
    return messages
  }

  /** Polls until a frame of that type, and with that property, has come; the first poll counts. */
  async until<T extends ServerFrame['type']>(server: Pick<TestServer, 'app' | 'port'>, type: T, wanted: (frame: FrameOf<T>) => boolean = () => true): Promise<FrameOf<T>> {
    for (let polls = 0; polls < 100; polls++) {
      const found = (await this.poll(server)).find((frame): frame is FrameOf<T> => frame.type === type && wanted(frame as FrameOf<T>))
      if (found !== undefined) return found
    }
    throw new Error(`no ${type} in 100 polls; got ${JSON.stringify(this.frames.slice(-20))}`)
  }

  ofType<T extends ServerFrame['type']>(type: T): FrameOf<T>[] {
    return this.frames.filter((frame): frame is FrameOf<T> => frame.type === type)
  }
}
