const TICK_MS = 10
/** More than this between two ticks, and the machine was busy with something else. */
const MOST_MS = 50

let given = 0
let last = performance.now()

function count(): number {
  const now = performance.now()
  given += Math.min(now - last, MOST_MS)
  last = now
  return given
}
setInterval(count, TICK_MS).unref()

/** Starts to count the ms that this process was given: what a machine that stalls takes away does not count. */
export function ownTime(): () => number {
  const start = count()
  return () => count() - start
}
