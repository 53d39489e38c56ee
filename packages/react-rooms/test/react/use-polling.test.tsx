// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { usePolling, type Polled, type PollingOptions } from '../../src/index.js'
import { countListeners } from './count-listeners.js'
import { catchUncaught, happens, hide, pass, useFakeTime } from './fake-page.js'
import { acted, render } from './render.js'

useFakeTime()

interface Call {
  readonly signal: AbortSignal
  answer(data: unknown): void
  fail(error: unknown): void
}

/** One component that polls a function whose every call the test answers. */
function stage(options: PollingOptions = {}) {
  const calls: Call[] = []
  const fn = ({ signal }: { signal: AbortSignal }): Promise<unknown> => new Promise((answer, fail) => calls.push({ signal, answer, fail }))
  const shown: Polled<unknown>[] = []
  function Jobs({ more }: { more: PollingOptions }): ReactNode {
    // A function of its own at each render, as people write it.
    shown.push(usePolling((context) => fn(context), { intervalMs: 1_000, maxIntervalMs: 5_000, ...more }))
    return null
  }
  const result = render(<Jobs more={options} />)
  return {
    ...result, calls, renders: () => shown.length, shown: () => shown.at(-1)!,
    again: (more: PollingOptions) => result.again(<Jobs more={more} />),
    answer: (data: unknown) => acted(() => calls.at(-1)!.answer(data)),
    fail: (error: unknown) => acted(() => calls.at(-1)!.fail(error)),
  }
}

describe('a polled function', () => {
  it('is called once under StrictMode, and its answer shown', async () => {
    const at = stage()
    expect(at.shown()).toMatchObject({ data: undefined, error: null, loading: true })
    await acted()
    expect(at.calls).toHaveLength(1)
    await at.answer(['a'])
    expect(at.shown()).toMatchObject({ data: ['a'], error: null, loading: false })
  })

  it('is called again an interval after its answer, never while a call is under way', async () => {
    const at = stage()
    await pass(60_000)
    expect(at.calls).toHaveLength(1)
    await at.answer(1)
    await pass(999)
    expect(at.calls).toHaveLength(1)
    await pass(1)
    expect(at.calls).toHaveLength(2)
  })

  it('costs a render for an answer, and none for the calls of the interval', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    const before = at.renders()
    await pass(1_000)
    expect([at.calls.length, at.renders() - before, at.shown().loading]).toEqual([2, 0, false])
  })

  it('waits twice as long after each failure, at most maxIntervalMs, and an answer resets it', async () => {
    const at = stage()
    await acted()
    const waits: number[] = []
    for (let failures = 1; failures <= 4; failures++) {
      await at.fail(new Error(`no ${failures}`))
      const from = Date.now()
      await acted(() => vi.advanceTimersToNextTimer())
      waits.push(Date.now() - from)
    }
    expect(waits).toEqual([2_000, 4_000, 5_000, 5_000])
    await at.answer(1)
    await pass(1_000)
    expect(at.calls).toHaveLength(6)
  })

  it('never polls faster for failing, whatever maxIntervalMs', async () => {
    const at = stage({ maxIntervalMs: 10 })
    await acted()
    await at.fail(new Error('no'))
    await pass(999)
    expect(at.calls).toHaveLength(1)
    await pass(1)
    expect(at.calls).toHaveLength(2)
  })

  it('keeps its data when a call fails, shows why until one answers, and tells onError', async () => {
    const onError = vi.fn()
    const at = stage({ onError })
    await acted()
    await at.answer(1)
    await pass(1_000)
    const error = new Error('no')
    await at.fail(error)
    expect(at.shown()).toMatchObject({ data: 1, error, loading: false })
    expect(onError.mock.calls).toEqual([[error]])
    await pass(2_000)
    await at.answer(2)
    expect(at.shown()).toMatchObject({ data: 2, error: null })
  })

  it('goes on when onError throws, and reports that as uncaught', async () => {
    const uncaught = catchUncaught()
    const at = stage({ onError: () => { throw new Error('mine') } })
    await acted()
    await at.fail(new Error('no'))
    await pass(2_000)
    expect([uncaught, at.calls.length]).toEqual([[new Error('mine')], 2])
  })

  it('may answer, or throw, without a promise', async () => {
    let n = 0
    let last!: Polled<number>
    function Counter(): ReactNode {
      last = usePolling(() => {
        if (++n === 2) throw new Error('two')
        return n
      }, { intervalMs: 1_000 })
      return null
    }
    render(<Counter />)
    await acted()
    expect(last).toMatchObject({ data: 1, error: null })
    await pass(1_000)
    expect(last).toMatchObject({ data: 1, error: new Error('two') })
    await pass(2_000)
    expect(last).toMatchObject({ data: 3, error: null })
  })

  it('is the newest one given', async () => {
    const seen: string[] = []
    function Named({ name }: { name: string }): ReactNode {
      usePolling(() => void seen.push(name), { intervalMs: 1_000 })
      return null
    }
    const { again } = render(<Named name="a" />)
    await acted()
    again(<Named name="b" />)
    await acted()
    expect(seen).toEqual(['a'])
    await pass(1_000)
    expect(seen).toEqual(['a', 'b'])
  })

  it('is let go of at the unmount, with its timers and listeners', async () => {
    const listeners = countListeners()
    const at = stage()
    await acted()
    await at.answer(1)
    await pass(1_000)
    at.unmount()
    expect(at.calls[1]!.signal.aborted).toBe(true)
    expect([listeners.ever >= 4, listeners.now]).toEqual([true, 0])
    const renders = at.renders()
    await at.answer(2)
    await acted(() => at.shown().refresh())
    await pass(60_000)
    expect([at.calls.length, at.renders()]).toEqual([2, renders])
  })

  it('leaves no timer when it is unmounted between two calls', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    expect(vi.getTimerCount()).toBe(1)
    at.unmount()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not have its signal aborted by answering', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await pass(1_000)
    expect(at.calls.map(({ signal }) => signal.aborted)).toEqual([false, false])
  })
})

describe('refresh', () => {
  it('calls at once, says that it loads, and the interval begins anew after it', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await pass(900)
    let done = false
    act(() => void at.shown().refresh().finally(() => { done = true }))
    expect([at.calls.length, at.shown().loading, done]).toEqual([2, true, false])
    await at.answer(2)
    expect([at.shown(), done]).toMatchObject([{ data: 2, loading: false }, true])
    await pass(999)
    expect(at.calls).toHaveLength(2)
    await pass(1)
    expect(at.calls).toHaveLength(3)
  })

  it.each([
    ['answer', (call: Call) => call.answer('stale')],
    ['failure', (call: Call) => call.fail(new Error('stale'))],
  ])('takes the place of a call under way, whose %s nobody sees', async (_, end) => {
    const onError = vi.fn()
    const at = stage({ onError })
    await acted()
    act(() => void at.shown().refresh())
    expect(at.calls.map(({ signal }) => signal.aborted)).toEqual([true, false])
    await acted(() => end(at.calls[0]!))
    expect(at.shown()).toMatchObject({ data: undefined, loading: true })
    await at.answer('new')
    expect(at.shown()).toMatchObject({ data: 'new', error: null, loading: false })
    await pass(1_000)
    expect([at.calls.length, onError.mock.calls.length]).toEqual([3, 0])
  })

  it('never rejects', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    let refreshed!: Promise<void>
    act(() => { refreshed = at.shown().refresh() })
    await at.fail(new Error('no'))
    await expect(refreshed).resolves.toBeUndefined()
    expect(at.shown()).toMatchObject({ data: 1, error: new Error('no'), loading: false })
  })

  it('is the same function at each render, and works while polling is not enabled', async () => {
    const at = stage({ enabled: false })
    const { refresh } = at.shown()
    await pass(60_000)
    expect([at.calls.length, at.shown().loading]).toEqual([0, false])
    act(() => void refresh())
    expect(at.shown().loading).toBe(true)
    await at.answer(1)
    await pass(60_000)
    expect([at.calls.length, at.shown().data, at.shown().loading]).toEqual([1, 1, false])
    expect(at.shown().refresh).toBe(refresh)
  })
})

describe('polling', () => {
  it('stops and starts with enabled, and calls at once', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await pass(1_000)
    at.again({ enabled: false })
    expect(at.calls[1]!.signal.aborted).toBe(true)
    await pass(60_000)
    expect([at.calls.length, at.shown().data]).toEqual([2, 1])
    at.again({ enabled: true })
    await acted()
    expect([at.calls.length, at.shown().loading]).toEqual([3, false])
  })

  it('does not load while it is not enabled, and loads again until the first answer', async () => {
    const at = stage()
    await acted()
    at.again({ enabled: false })
    expect(at.shown().loading).toBe(false)
    at.again({ enabled: true })
    expect(at.shown().loading).toBe(true)
    await acted()
    await at.answer(1)
    expect([at.calls.length, at.shown().loading]).toEqual([2, false])
  })

  it('takes another interval at once', async () => {
    const at = stage({ intervalMs: 60_000 })
    await acted()
    await at.answer(1)
    await pass(500)
    at.again({ intervalMs: 1_000 })
    await pass(499)
    expect(at.calls).toHaveLength(1)
    await pass(1)
    expect(at.calls).toHaveLength(2)
  })

  it('pauses while the page is hidden, and then calls at once what fell due', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await hide(true)
    await pass(60_000)
    expect(at.calls).toHaveLength(1)
    await hide(false)
    await pass(0)
    expect(at.calls).toHaveLength(2)
  })

  it('waits for the rest of its interval if the page was hidden for a moment only', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await pass(400)
    await hide(true)
    await pass(400)
    await hide(false)
    await pass(199)
    expect(at.calls).toHaveLength(1)
    await pass(1)
    expect(at.calls).toHaveLength(2)
  })

  it('waits for its interval at most if the clock was set back while the page was hidden', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await hide(true)
    vi.setSystemTime(Date.now() - 3_600_000)
    await hide(false)
    await pass(1_000)
    expect(at.calls).toHaveLength(2)
  })

  it('shows the answer that comes while the page is hidden, and does not call again', async () => {
    const at = stage()
    await acted()
    await hide(true)
    await at.answer(1)
    await pass(60_000)
    expect([at.shown().data, at.calls.length]).toEqual([1, 1])
  })

  it('does not begin while the page is hidden', async () => {
    await hide(true)
    const at = stage()
    await pass(60_000)
    expect([at.calls.length, at.shown().loading]).toEqual([0, true])
    await hide(false)
    expect(at.calls).toHaveLength(1)
  })

  it('goes on in a hidden page with pauseHidden: false, but not in the back/forward cache', async () => {
    const at = stage({ pauseHidden: false })
    await acted()
    await at.answer(1)
    await hide(true)
    await pass(1_000)
    await at.answer(2)
    await happens('pagehide')
    await pass(60_000)
    expect(at.calls).toHaveLength(2)
    await happens('pageshow')
    await pass(0)
    expect(at.calls).toHaveLength(3)
  })

  it('tries at once when the network is back, if it was failing', async () => {
    const at = stage()
    await acted()
    await at.answer(1)
    await happens('online')
    expect(at.calls).toHaveLength(1)
    await pass(1_000)
    await at.fail(new Error('no'))
    await happens('online')
    expect(at.calls).toHaveLength(3)
  })

  it('does not spin with an interval of zero', async () => {
    let n = 0
    function Busy(): ReactNode {
      usePolling(() => ++n, { intervalMs: 0 })
      return null
    }
    render(<Busy />)
    await acted()
    expect(n).toBe(1)
    await acted(() => vi.advanceTimersToNextTimer())
    expect(n).toBe(2)
  })
})
