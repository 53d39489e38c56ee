import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Answers how late the event loop came since it was asked the last time, in milliseconds. */
export function watchLoop() {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  process.on('message', ({ type }) => {
    if (type === 'watch loop') {
      delays.reset()
      delays.enable()
      process.send({ type })
    } else if (type === 'loop') {
      delays.disable()
      process.send({ type, p50Ms: delays.percentile(50) / 1e6, p99Ms: delays.percentile(99) / 1e6, maxMs: delays.max / 1e6 })
    }
  })
}
