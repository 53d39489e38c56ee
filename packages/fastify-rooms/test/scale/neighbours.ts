import { expect } from 'vitest'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { messageOf, startProcess } from './node-process.js'

/** How late events reached the neighbours, in ms. */
export interface Lateness {
  readonly median: number
  readonly p99: number
  readonly longest: number
  /** Events that were missing. */
  readonly gaps: number
  readonly lates: readonly number[]
}

/** Members of a room, in a process that ends with the test; what it returns tells how late the next `events` reach them, and that none was missing. */
export async function startNeighbours({ port, room, count, events }: { readonly port: number; readonly room: string; readonly count: number; readonly events: number }): Promise<() => Promise<Lateness>> {
  const neighbours = startProcess('neighbours.mjs')
  neighbours.send({ port, room, tokens: Array.from({ length: count }, (_, n) => forgeToken({ sub: `neighbour-${n}`, exp: inSeconds(7_200) })) })
  await messageOf(neighbours)
  return async () => {
    neighbours.send({ events })
    const lateness = await messageOf<Lateness>(neighbours)
    expect(lateness.gaps).toBe(0)
    return lateness
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
