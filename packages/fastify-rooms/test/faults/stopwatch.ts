import { ownTime } from '../support/own-time.js'
import { FULL } from './scale.js'

/** Starts to count ms: at full scale by the clock; in small without what a machine that stalls takes away. */
export function stopwatch(): () => number {
  if (!FULL) return ownTime()
  const start = performance.now()
  return () => performance.now() - start
}
