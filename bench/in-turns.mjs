import { peers } from './peers/peers.mjs'

/**
 * Measures peers in turns, so that what else happens on the machine meets all of them.
 *
 * @param {readonly string[]} keys of `peers`; a variant of one stands behind a dot
 * @param {(key: string) => Promise<Record<string, number>>} measure one round of one peer
 * @returns {Promise<{ peer: string, name: string, rounds: Record<string, number>[] }[]>}
 */
export async function inTurns(keys, rounds, measure, names = {}) {
  const rows = keys.filter(present).map((peer) => ({ peer, name: names[peer] ?? peers[peer].name, rounds: [] }))
  for (let round = 1; round <= rounds; round++) {
    for (const row of rows) {
      const started = performance.now()
      const measured = await measure(row.peer)
      row.rounds.push(measured)
      const [first] = Object.entries(measured)
      process.stdout.write(`  round ${round}  ${row.name.padEnd(26)} ${first[0]} ${first[1].toLocaleString('en', { maximumFractionDigits: 2 })}  (${((performance.now() - started) / 1_000).toFixed(1)} s)\n`)
    }
  }
  return rows
}

/** Bun is left out where it has no binary; the report says so. */
function present(key) {
  return peers[key]?.runtime !== null
}
