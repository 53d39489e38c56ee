import { SUBPROTOCOL } from 'rooms-protocol'
import type { WebSocketConstructor } from '../options.js'
import type { Link, LinkEnds, Target } from './transport.js'

/** Opens a WebSocket; throws when the address or the platform does not allow one. */
export function openWebSocket(target: Target, ends: LinkEnds): Link {
  const { WebSocket = globalThis.WebSocket as WebSocketConstructor | undefined } = target.settings
  if (WebSocket === undefined) throw new Error('no WebSocket on this platform: pass one as options.WebSocket')
  const socket = new WebSocket(addressOf(target), target.token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, bearer(target.token)])
  socket.onmessage = ({ data }: MessageEvent<unknown>) => typeof data === 'string' && ends.message(data)
  socket.onclose = ({ code }) => ends.closed(code)
  // `ws` throws an error nobody listens to, and one comes of closing while it connects.
  socket.onerror = () => {}
  return {
    send: (text) => socket.send(text),
    close: () => {
      socket.onmessage = socket.onclose = null
      socket.close(1000)
    },
  }
}

function addressOf({ settings, room }: Target): string {
  const path = `${settings.url.replace(/\/$/, '')}/ws${room === undefined ? '' : `/${encodeURIComponent(room.name)}`}`
  const url = new URL(path, globalThis.location?.href)
  url.protocol = url.protocol.replace('http', 'ws')
  url.searchParams.set('v', '1')
  if (room?.position != null) url.searchParams.set('position', room.position)
  if (room?.rewind !== undefined) url.searchParams.set('rewind', String(room.rewind))
  return url.href
}

/** The subprotocol entry that carries a token; tokens with characters an entry cannot hold travel as base64url. */
function bearer(token: string): string {
  if (/^[\w.~-]+$/.test(token)) return `bearer.${token}`
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(token)))
  return `bearer64.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}
