import { type Transport, TRANSPORTS } from './raw-session.js'

/** What clients connect over: one transport, or another one each time, as the seed says. */
export const CARRIERS = [...TRANSPORTS, 'any transport'] as const
export type Carrier = (typeof CARRIERS)[number]

export function choose(carrier: Carrier, seed: number): () => Transport {
  if (carrier !== 'any transport') return () => carrier
  let turn = Math.abs(seed)
  // Neighbouring turns must not be neighbouring transports: a step that shares no factor with their number, and now and then the same again.
  return () => TRANSPORTS[(turn = (turn * 16_807 + 11) % 2_147_483_647) % TRANSPORTS.length]!
}
