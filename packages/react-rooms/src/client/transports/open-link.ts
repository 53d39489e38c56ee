import type { Link, OpenLink } from './transport.js'
import { openWebSocket } from './websocket.js'

/** Opens the transport whose turn it is. Only WebSocket is part of the core, with tokens that a subprotocol entry can hold; the rest is fetched when it is needed. */
export const openLink: OpenLink = (settings, path, token, ends) => {
  const { transport } = ends
  if (transport === 'websocket' && !/[^\w.~-]/.test(token!)) return openWebSocket(settings, path, token && `bearer.${token}`, ends)
  const link: Link = { transport, send() {} }
  import('./on-demand.js').then((core) => core.fillLink(link, settings, path, token, ends)).catch(() => ends.closed(1006))
  return link
}
