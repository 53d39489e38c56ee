import { createTimer, type Clock } from '../client/clock.js'

/** Lets things happen in the order they came, each after the delay that held when it came; without one, at once. */
export interface DelayLine {
  pass(run: () => void): void
  /** Everything that waits happens now. */
  flush(): void
  /** Nothing that waits happens. */
  clear(): void
}

export function createDelayLine(clock: Clock, delayMs: () => number): DelayLine {
  const waiting: { readonly due: number; readonly run: () => void }[] = []
  const timer = createTimer(clock)

  const letThrough = (until: number): void => {
    try {
      while (waiting.length > 0 && waiting[0]!.due <= until) waiting.shift()!.run()
    } finally {
      // One that throws must not hold up those behind it.
      if (waiting.length > 0) timer(waiting[0]!.due - clock.now(), () => letThrough(clock.now()))
      else timer()
    }
  }
  return {
    pass(run) {
      const ms = delayMs()
      if (ms === 0 && waiting.length === 0) return run()
      waiting.push({ due: clock.now() + ms, run })
      if (waiting.length === 1) timer(ms, () => letThrough(clock.now()))
    },
    flush: () => letThrough(Infinity),
    clear() {
      waiting.length = 0
      timer()
    },
  }
}
