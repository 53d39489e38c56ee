import { setImmediate as nextTick } from 'node:timers/promises'
import { cpuMs, kernelMs } from './clocks.mjs'

/** Ticks on their way at once: enough to keep both processes busy, too few to pile up in socket buffers. */
const AHEAD = 4

/**
 * The server's side of a round: on `{ type: 'go', ms }` it sends tick after tick for `ms` milliseconds, at most a few
 * ahead of what the generator has counted, and answers `{ type: 'done', ticks, ms, cpuMs, kernelMs }` when the last one arrived.
 * The server ends with the process that started it.
 *
 * @param {() => unknown} sendTick sends one tick's events, all in one turn of the event loop
 * @param {number} ahead ticks on their way at once
 */
export function serveRounds(sendTick, ahead = AHEAD) {
  const ticks = { sent: 0, arrived: 0 }
  let wake = () => {}
  const arrival = () => new Promise((resolve) => { wake = resolve })
  process.on('message', (message) => {
    if (message.type === 'go') void round(message.ms, message.ahead ?? ahead)
    else if (message.type === 'ticks') {
      ticks.arrived = message.ticks
      wake()
    }
  })
  process.once('disconnect', () => process.exit())

  async function round(ms, ahead) {
    const first = ticks.sent
    const [cpu, kernel] = [cpuMs(), kernelMs()]
    const started = performance.now()
    while (performance.now() - started < ms) {
      if (ticks.sent - ticks.arrived >= ahead) await arrival()
      else {
        ticks.sent++
        await sendTick()
        // Twice: what was sent is written in a `setImmediate` of the sender's own, which may stand behind the first.
        await nextTick()
        await nextTick()
      }
    }
    while (ticks.arrived < ticks.sent) await arrival()
    process.send({ type: 'done', ticks: ticks.sent - first, ms: performance.now() - started, cpuMs: cpuMs() - cpu, kernelMs: kernelMs() - kernel })
  }
}
