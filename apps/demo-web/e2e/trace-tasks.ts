import type { Page } from 'playwright-core'

/** One task of a page's main thread: how long it took, and how much of that time it had a processor. */
export interface Task { readonly wallMs: number; readonly cpuMs: number }

interface TraceEvent { readonly name: string; readonly pid: number; readonly tid: number; readonly dur?: number; readonly tdur?: number; readonly args?: { readonly name?: string } }

/**
 * Records the tasks of the main thread of the renderer that shows `page`, from now until the returned function is
 * called. On a busy machine a task may take long only because another program had the processor: the trace tells the
 * two apart, which the page's own long-task observer cannot.
 */
export async function traceTasks(page: Page): Promise<() => Promise<Task[]>> {
  const marker = `traced ${Date.now()}`
  const browser = page.context().browser()
  if (!browser) throw new Error('This page has no browser to trace.')
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata'] })
  await page.evaluate((name) => performance.mark(name), marker)
  return async () => {
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
    // The mark was made on the thread that is looked for.
    const thread = traceEvents.find(({ name }) => name === marker)
    if (!thread) throw new Error('The trace does not show the page.')
    return traceEvents
      .filter(({ name, pid, tid, tdur }) => name.endsWith('RunTask') && pid === thread.pid && tid === thread.tid && tdur !== undefined)
      .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1_000, cpuMs: tdur / 1_000 }))
  }
}
