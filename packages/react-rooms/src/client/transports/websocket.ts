import type { SUBPROTOCOL } from 'rooms-protocol'
import type { OpenLink } from './transport.js'

/**
 * One object a message, so that no message outgrows `batchBytes`.
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
  signal.addEventListener('abort', () => {
    socket.onmessage = socket.onclose = null
    socket.close(1000)
  })
  return { transport: 'websocket', send: (text) => socket.send(text) }
}
