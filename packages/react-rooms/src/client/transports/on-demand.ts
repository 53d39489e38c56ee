import { bearer64 } from './bearer64.js'
import { openFallback } from './fallback.js'
import type { FillLink } from './transport.js'
import { openWebSocket } from './websocket.js'

/** Opens what the core cannot, unless the session ended while this was fetched. */
export const fillLink: FillLink = (link, settings, path, token, ends) => {
  if (ends.signal.aborted) return
  if (ends.transport === 'websocket') Object.assign(link, openWebSocket(settings, path, bearer64(token!), ends))
  else openFallback(link, settings, path, token, ends)
}
