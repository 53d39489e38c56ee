import { createHmac } from 'node:crypto'
import { SECRET } from './test-app.js'

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT of any header and payload, also such as no library would sign; unsigned with `secret` null. */
export function forgeToken(payload: object, { header = { alg: 'HS256', typ: 'JWT' }, secret = SECRET }: { header?: object; secret?: string | null } = {}): string {
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${secret === null ? '' : createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Seconds since the epoch, so many from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds
}
