import type { Link, OpenLink } from './transport.js'
import { openWebSocket } from './websocket.js'

/** Opens the transport whose turn it is. Only WebSocket is part of the core; the others are fetched when they are needed. */
export const openLink: OpenLink = (...session) => (session[3].transport === 'websocket' ? openWebSocket : openFallback)(...session)

const openFallback: OpenLink = (...session) => {
  const ends = session[3]
  let link: Link | undefined
  let wanted = true
  const load = async (): Promise<void> => {
    const fallback = await import('./fallback.js')
    if (wanted) link = fallback.openFallback(...session)
  }
  load().catch(() => ends.closed(1006))
  return {
    get transport() {
      return link?.transport ?? ends.transport
    },
    send: (encoded) => link?.send(encoded),
    close() {
      wanted = false
      link?.close()
    },
  }
}
