import { useEffect } from 'react'
import type { Meter } from './meter.js'

/** Tells the meter of every task of 50 ms and more. Only Chromium reports them. */
export function useLongTasks(meter: Meter): void {
  useEffect(() => {
    const observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) meter.busy(startTime, duration)
    })
    observer.observe({ type: 'longtask' })
    return () => observer.disconnect()
  }, [meter])
}
