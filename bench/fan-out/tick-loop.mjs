import { setImmediate as nextTick } from 'node:timers/promises'

/** Ticks on their way at once: enough to keep both processes busy, too few to pile up in socket buffers. */
const AHEAD = 4

/**
 * The server's side of a round: on `{ type: 'go', ms }` it sends tick after tick for `ms` milliseconds, at most a few
 * ahead of what the generator has counted, and answers `{ type: 'done', ticks, ms }` when the last one arrived.
 *
 * @param {() => Promise<unknown> | void} sendTick sends one tick's events, all in one turn of the event loop
 */
export function serveRounds(sendTick) {
  let arrived = 0
  let wake = () => {}
  process.on('message', (message) => {
    if (message.type === 'ticks') {
      arrived = message.ticks
      wake()
    } else if (message.type === 'go') void round(message.ms)
  })

  let sent = 0
  async function round(ms) {
    const first = sent
    const started = performance.now()
    while (performance.now() - started < ms) {
      if (sent - arrived >= AHEAD) await new Promise((resolve) => { wake = resolve })
      else {
        sent++
        await sendTick()
        await nextTick()
      }
    }
    while (arrived < sent) await new Promise((resolve) => { wake = resolve })
    process.send({ type: 'done', ticks: sent - first, ms: performance.now() - started })
  }
}
