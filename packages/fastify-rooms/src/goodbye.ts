import { type ByeFrame, type CloseCode, type LeftFrame, retryOf } from 'rooms-protocol'

/** The object that ends a connection; its code says what the client is to do. */
export function byeOf(code: CloseCode, reason: string): ByeFrame {
  return { type: 'bye', code, reason, retry: retryOf(code) }
}

/** The object that ends one room's membership, or refuses it. */
export function leftOf(room: string, code: CloseCode, reason: string): LeftFrame {
  return { type: 'left', room, code, reason, retry: retryOf(code) }
}
