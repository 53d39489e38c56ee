import { SUBPROTOCOL } from 'rooms-protocol'
import type { OpenLink } from './transport.js'

/** One object a message, so that no message outgrows `batchBytes`. */
export const openWebSocket: OpenLink = ({ url, WebSocket = globalThis.WebSocket }, path, token, { message, closed }) => {
  const socket = new WebSocket(
    new URL(url.replace(/\/?$/, `/ws${path}`), globalThis.location?.href).href.replace('http', 'ws'),
    token ? [SUBPROTOCOL, bearer(token)] : [SUBPROTOCOL],
  )
  socket.onmessage = ({ data }: { data: string }) => message(data)
  socket.onclose = ({ code }: { code: number }) => closed(code)
  // `ws` throws an error nobody listens to, and one comes of closing while it connects.
  socket.onerror = () => {}
  return {
    transport: 'websocket',
    send: (text) => socket.send(text),
    close() {
      socket.onmessage = socket.onclose = null
      socket.close(1000)
    },
  }
}

/** The subprotocol entry that carries a token; tokens with characters an entry cannot hold travel as base64url. */
const bearer = (token: string): string => {
  if (/^[\w.~-]+$/.test(token)) return `bearer.${token}`
  return `bearer64.${btoa(String.fromCharCode(...new TextEncoder().encode(token))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}
