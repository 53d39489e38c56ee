import type { OpenLink } from './transport.js'

/** Opens the transports that are loaded only when WebSocket fails: `sse` and `poll`. */
export const openFallback: OpenLink = (_settings, _path, _token, { transport, closed }) => {
  queueMicrotask(() => closed(1006))
  return { transport, send() {}, close() {} }
}
