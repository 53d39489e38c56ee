import { connect } from 'node:net'
import { upgrade } from '../bad-input/raw-tcp.js'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { randomFrom, wholeFrame, wildBytes, wildFrame } from './wild-frames.js'

const AT_ONCE = 8
/** A connection that the server keeps open is given up after this long. */
const GIVEN_UP_MS = 3_000
/** Frames that arrive together. */
const FRAMES_PER_WRITE = 5

export interface AttackOptions {
  /** Of the node that the next connection goes to. */
  readonly port: () => number
  readonly seed: number
  /** What may be said. */
  readonly texts: readonly string[]
  readonly connections: number
  readonly framesEach: number
  /** Only WebSockets whose frames are whole, so that they last: default also frames that end theirs, requests and bytes of any kind. */
  readonly whole?: boolean
  /** Most frames a second over all connections; default as fast as it goes. */
  readonly perSecond?: number
}

/** Opens connections one after the other, some at a time, and says wild things over each; how many frames were sent. */
export async function attack({ port, seed, texts, connections, framesEach, whole = false, perSecond = Infinity }: AttackOptions): Promise<number> {
  const random = randomFrom(seed)
  const tokens = ['ana', 'bo', 'cy', 'dee'].map((sub) => forgeToken({ sub, exp: inSeconds(3_600) }))
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
  let [opened, sent] = [0, 0]

  const session = (): Buffer[] => {
    const path = pick(['/ws', '/ws/chat%3A1', '/ws/chat%3A1', '/ws/user%3Aana', '/ws/feed%3Aall?rewind=9'])
    const start = Buffer.from(upgrade(path, { 'Sec-WebSocket-Protocol': `rooms.v1, bearer.${pick(tokens)}` }))
    return [start, ...Array.from({ length: framesEach }, () => (whole ? wholeFrame : wildFrame)(pick(texts), random))]
  }
  const request = (): Buffer[] => Array.from({ length: framesEach }, () => {
    const [method, path] = pick([['POST', '/rooms/chat%3A1'], ['POST', '/poll'], ['GET', `/poll/chat%3A1?waitMs=0&position=${inAddress(pick(texts))}`], ['GET', `/ws/${inAddress(pick(texts))}`]])
    const body = method === 'POST' ? pick(texts) : ''
    return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${pick(tokens)}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  })
  const noise = (): Buffer[] => Array.from({ length: framesEach }, () => wildBytes(200, random))

  const one = async (pace: () => Promise<void>): Promise<void> => {
    const lot = whole ? 0 : random()
    const writes = lot < 0.8 ? session() : lot < 0.9 ? request() : noise()
    const socket = connect({ port: port(), host: '127.0.0.1' })
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    const giveUp = setTimeout(() => socket.destroy(), GIVEN_UP_MS)
    socket.on('error', () => {}).resume()
    for (let at = 0; at < writes.length && !socket.destroyed; at += FRAMES_PER_WRITE) {
      const some = writes.slice(at, at + FRAMES_PER_WRITE)
      sent += some.length
      await Promise.race([closed, new Promise<void>((resolve) => socket.write(Buffer.concat(some), () => resolve()))])
      await pace()
    }
    if (random() < 0.5) socket.end()
    else socket.destroy()
    await closed
    clearTimeout(giveUp)
  }
  // Each by its own clock: all at once would be a burst, whatever the rate.
  const worker = async (): Promise<void> => {
    const everyMs = (FRAMES_PER_WRITE * AT_ONCE * 1_000) / perSecond
    let due = performance.now() + random() * everyMs
    const pace = async (): Promise<void> => {
      due = Math.max(due + everyMs, performance.now() - 100)
      const early = due - performance.now()
      if (early > 0) await new Promise<void>((resolve) => setTimeout(() => resolve(), early))
    }
    while (opened++ < connections) await one(pace)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return sent
}

/** The first bytes of a text, whatever they are. */
function inAddress(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString('latin1', 0, 50))
}
