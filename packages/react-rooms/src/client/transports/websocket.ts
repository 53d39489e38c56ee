import { SUBPROTOCOL } from 'rooms-protocol'
import type { Settings } from '../options.js'
import type { Link, LinkEnds } from './transport.js'

/**
 * Opens a WebSocket.
 *
 * @param path what follows `/ws`: a room, and what the address says of it.
 */
export function openWebSocket({ url, WebSocket = globalThis.WebSocket }: Settings, path: string, token: string | null, { message, closed }: LinkEnds): Link {
  const socket = new WebSocket(
    new URL(`${url.replace(/\/$/, '')}/ws${path}`, globalThis.location?.href).href.replace('http', 'ws'),
    token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, bearer(token)],
  )
  socket.onmessage = ({ data }: { data: string }) => message(data)
  socket.onclose = ({ code }: { code: number }) => closed(code)
  // `ws` throws an error nobody listens to, and one comes of closing while it connects.
  socket.onerror = () => {}
  return {
    send: (text) => socket.send(text),
    close() {
      socket.onmessage = socket.onclose = null
      socket.close(1000)
    },
  }
}

/** The subprotocol entry that carries a token; tokens with characters an entry cannot hold travel as base64url. */
function bearer(token: string): string {
  if (/^[\w.~-]+$/.test(token)) return `bearer.${token}`
  return `bearer64.${btoa(String.fromCharCode(...new TextEncoder().encode(token))).replace(/[+/=]/g, (char) => ({ '+': '-', '/': '_' })[char] ?? '')}`
}
