import type { SUBPROTOCOL } from 'rooms-protocol'
import type { OpenLink } from './transport.js'

/**
 * What is said in one go is one message, of as many objects as `batchBytes` lets it hold; it leaves in a microtask, or
 * right before the end.
 *
 * @param bearer the subprotocol entry that carries the token.
 */
export const openWebSocket: OpenLink = ({ url, WebSocket = globalThis.WebSocket }, path, bearer, { signal, message, closed }) => {
  const PROTOCOL = 'rooms.v1' satisfies typeof SUBPROTOCOL
  const socket = new WebSocket(
    new URL(url.replace(/\/?$/, `/ws${path}`), globalThis.location?.href).href.replace('http', 'ws'),
    bearer ? [PROTOCOL, bearer] : [PROTOCOL],
  )
  // Binary is for a later version: as text it is no object of ours.
  socket.onmessage = ({ data }: { data: unknown }) => message(`${data}`)
  socket.onclose = ({ code }: { code: number }) => closed(code)
  // `ws` throws an error nobody listens to, and one comes of closing while it connects.
  socket.onerror = () => {}
  /** Objects on their way, until the microtask after the first. */
  let batch: string | undefined
  const flush = (): void => {
    batch &&= void socket.send(batch)
  }
  signal.addEventListener('abort', () => {
    flush()
    socket.close(1000)
  })
  return {
    transport: 'websocket',
    send(encoded, batchBytes) {
      // A character has at most three bytes.
      if (batch && (batch + encoded).length * 3 < batchBytes) batch += `\n${encoded}`
      else {
        flush()
        queueMicrotask(flush)
        batch = encoded
      }
    },
  }
}
