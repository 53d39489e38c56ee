import { createHmac } from 'node:crypto'

/** What the server's @fastify/jwt verifies with. */
export const secret = 'only for this benchmark'

const HOUR_S = 3_600
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The subprotocol entry of a signed-in user. */
export function bearer(user) {
  const now = Math.floor(Date.now() / 1_000)
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: user, iat: now, exp: now + HOUR_S })}`
  return `bearer.${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
