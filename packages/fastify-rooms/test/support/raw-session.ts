import { Agent, get, request } from 'node:http'
import { parseServerBatch, type PollAnswer, type ServerFrame, SUBPROTOCOL } from 'rooms-protocol'
import { WebSocket } from 'ws'

export const TRANSPORTS = ['websocket', 'sse', 'poll'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** What a session tells whoever opened it, until it is cut. */
export interface SessionEnds {
  frame(frame: ServerFrame): void
  /** It is over, and not because it was cut. */
  closed(): void
  /** A poll's answer says where its client stands. */
  stands?(position: string | undefined): void
}

/** One session of one room over one transport, by hand; the token is the user. */
export interface RawSession {
  /** Ends it at once; nothing is told any more. */
  cut(): void
  /** Only a WebSocket takes messages, while it is open: says whether it did. */
  say(text: string): boolean
}

export interface SessionOptions {
  readonly room: string
  readonly user: string
  readonly position: string | null
  /** Begins with `http:` or `ws:`; asked again for every poll, which may go to any node. */
  url(): string
}

const WAIT_MS = 5_000
const agent = new Agent({ keepAlive: true })

export function openSession(transport: Transport, options: SessionOptions, ends: SessionEnds): RawSession {
  let isCut = false
  const told: SessionEnds = {
    frame: (frame) => { if (!isCut) ends.frame(frame) },
    stands: (position) => { if (!isCut) ends.stands?.(position) },
    closed: () => {
      if (isCut) return
      isCut = true
      ends.closed()
    },
  }
  const open = { websocket: openSocket, sse: openStream, poll: openPolls }[transport](options, told)
  return {
    cut: () => {
      isCut = true
      open.cut()
    },
    say: open.say,
  }
}

function openSocket({ url, room, user, position }: SessionOptions, ends: SessionEnds): RawSession {
  const socket = new WebSocket(`${url().replace(/^http/, 'ws')}/ws/${encodeURIComponent(room)}${position === null ? '' : `?position=${position}`}`, [SUBPROTOCOL, `bearer.${user}`])
  socket.on('message', (data: Buffer) => { for (const frame of parseServerBatch(data.toString())) ends.frame(frame) })
  socket.on('error', () => {})
  socket.on('close', () => ends.closed())
  return { cut: () => socket.terminate(), say: (text) => {
    if (socket.readyState !== WebSocket.OPEN) return false
    socket.send(text)
    return true
  } }
}

function openStream({ url, room, user, position }: SessionOptions, ends: SessionEnds): RawSession {
  const headers = { authorization: `Bearer ${user}`, ...(position === null ? {} : { 'last-event-id': position }) }
  const sent = get(`${url().replace(/^ws/, 'http')}/sse/${encodeURIComponent(room)}`, { headers, agent: false }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = text.slice(0, end).split('\n').find((line) => line.startsWith('data: '))
        text = text.slice(end + 2)
        if (data !== undefined) ends.frame(JSON.parse(data.slice('data: '.length)) as ServerFrame)
      }
    })
    response.on('error', () => {})
    response.on('close', () => ends.closed())
  })
  sent.on('error', () => ends.closed())
  return { cut: () => { sent.destroy() }, say: () => false }
}

function openPolls({ url, room, user, position }: SessionOptions, ends: SessionEnds): RawSession {
  const ended = new AbortController()
  const { signal } = ended
  const run = async (): Promise<void> => {
    let body: object = { rooms: { [room]: position } }
    for (;;) {
      const { messages, positions, presence, connection } = await poll(`${url().replace(/^ws/, 'http')}/poll`, user, { ...body, waitMs: WAIT_MS }, signal)
      for (const frame of messages) ends.frame(frame)
      ends.stands?.(positions[room])
      if (positions[room] === undefined || messages.at(-1)?.type === 'bye') return
      body = { rooms: { [room]: positions[room] }, presence, connection }
    }
  }
  run().catch(() => {}).finally(() => ends.closed())
  return { cut: () => ended.abort(), say: () => false }
}

function poll(url: string, user: string, body: object, signal: AbortSignal): Promise<PollAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, signal, headers: { 'content-type': 'application/json', authorization: `Bearer ${user}` } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as PollAnswer)
        else reject(new Error(`a poll was answered by ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}
