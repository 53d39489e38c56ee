import type { AnnouncedLimits, ClientFrame, WelcomeFrame } from 'rooms-protocol'
import type { FallbackSession, Receiver } from './fallback-session.js'
import { receiveByPoll } from './poll.js'
import { createPostQueue, type PostQueue } from './post-queue.js'
import { MOST_STREAMS, receiveByStreams } from './sse.js'
import type { FillLink } from './transport.js'

/** What the server takes in one message, before it said so. */
const LIMITS: Pick<AnnouncedLimits, 'batchBytes' | 'messagesPerSecond'> = { batchBytes: 65_536, messagesPerSecond: 50 }
const REFUSED = '{"type":"bye","code":4001,"reason":"unauthorized","retry":"refresh"}'

/**
 * Opens a session over plain HTTP, where WebSocket cannot pass: event streams for one or two rooms, one poll for all
 * where there are more (or streams do not pass either), and `POST /rooms/:room` for what the client says.
 */
export const openFallback: FillLink = (link, { url, clock }, path, token, ends) => {
  const queues = new Map<string, PostQueue>()
  const dedicated = path.startsWith('/')
  let isClosed = false
  let login = token
  let limits = LIMITS

  const request: FallbackSession['request'] = (to, init) => fetch(new URL(`${url.replace(/\/$/, '')}${to}`, globalThis.location?.href), {
    cache: 'no-store',
    // Without a token it can only be a cookie that says who asks, also from another origin, as with WebSocket.
    ...(login === null && { credentials: 'include' }),
    ...init, headers: { ...init.headers as Record<string, string>, ...(login !== null && { authorization: `Bearer ${login}` }) },
  })
  const queueOf = (room: string): PostQueue => {
    let queue = queues.get(room)
    if (queue === undefined) queues.set(room, (queue = createPostQueue({
      clock,
      post(body, signal) {
        const connection = receiver.connectionOf(room)
        return request(`/rooms/${encodeURIComponent(room)}?v=1`, {
          method: 'POST', body, signal, headers: { 'content-type': 'application/json', ...(connection !== undefined && { 'rooms-connection': connection }) },
        })
      },
      limits: () => limits,
      answered: (answer) => tell(JSON.stringify(answer)),
      refused: () => tell(REFUSED),
      unheard(late) {
        // Streams of several tabs may hold all six connections that HTTP/1.1 has for a server; a poll is only one.
        if (late && receiver.transport === 'sse') poll()
        else receiver.check()
      },
    })))
    return queue
  }
  const tell = (text: string): void => {
    if (isClosed) return
    if (text.startsWith('{"type":"welcome"')) ({ limits } = JSON.parse(text) as WelcomeFrame)
    ends.message(text)
  }
  const session: FallbackSession = {
    clock, dedicated, request,
    ends: { ...ends, message: tell },
    broke() {
      if (isClosed) return
      close()
      ends.closed(1006)
    },
  }
  let receiver: Receiver
  const receive = (by: Receiver): void => {
    receiver = by
    link.transport = by.transport
    ends.joins().forEach(by.join)
  }
  const poll = (): void => {
    if (isClosed) return
    receiver.stop()
    receive(receiveByPoll(session))
  }
  const close = (): void => {
    isClosed = true
    receiver.stop()
    for (const queue of queues.values()) queue.stop()
  }
  ends.signal.addEventListener('abort', close)
  const rooms = ends.joins().length
  receive(ends.transport === 'poll' || rooms === 0 || rooms > MOST_STREAMS ? receiveByPoll(session) : receiveByStreams(session, poll))
  link.send = (encoded) => {
    const frame = JSON.parse(encoded) as ClientFrame
    switch (frame.type) {
      case 'join': return receiver.join(frame)
      case 'leave': return receiver.leave(frame.room)
      case 'ping': return receiver.check()
      case 'auth':
        login = frame.token
        return receiver.renewed()
      case 'publish':
      case 'signal':
      case 'typing':
      case 'presence': return queueOf(frame.room!).add(encoded)
      // There is no word for these over HTTP: of a big room's members the first page is known, and who comes and goes.
      case 'members':
      case 'pong':
    }
  }
}
