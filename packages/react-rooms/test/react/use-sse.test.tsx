// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import type { EventStreamError } from '../../src/index.js'
import { countListeners } from './count-listeners.js'
import { catchUncaught, happens, hide, pass, useFakeTime } from './fake-page.js'
import { acted } from './render.js'
import { opens, stage } from './sse-stage.js'

useFakeTime()

describe('a followed stream', () => {
  it('gives the newest event as parsed JSON, and says that it is connected', async () => {
    const at = stage()
    expect(at.shown()).toMatchObject({ data: undefined, error: null, connected: false })
    await opens(at)
    expect(at.shown()).toMatchObject({ data: undefined, error: null, connected: true })
    await acted(() => at.server.request.write('data: {"n":1}\n\ndata: {"n":2}\n\n'))
    expect(at.shown().data).toEqual({ n: 2 })
  })

  it('asks for a stream that nobody stored', async () => {
    const fetch = vi.fn(() => new Promise<Response>(() => {}))
    stage({ fetch })
    await acted()
    expect(fetch).toHaveBeenCalledWith('/ticks', expect.objectContaining({ cache: 'no-store', headers: { Accept: 'text/event-stream' } }))
  })

  it('hears only the named event', async () => {
    const at = stage({ event: 'tick' })
    await opens(at, 'event: tick\ndata: 1\n\nevent: other\ndata: 2\n\ndata: 3\n\n')
    expect(at.shown().data).toBe(1)
  })

  it('parses as it is told', async () => {
    const at = stage({ parse: (text) => text.toUpperCase() })
    await opens(at, 'data: a\n\n')
    expect(at.shown().data).toBe('A')
  })

  it('hands over every event of a burst, and renders once for it', async () => {
    const heard: unknown[] = []
    const at = stage({ onEvent: (data, { id }) => heard.push([data, id]) })
    await opens(at)
    const before = at.renders()
    await acted(() => at.server.request.write(Array.from({ length: 500 }, (_, n) => `id: ${n}\ndata: ${n}\n\n`).join('')))
    expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => [n, String(n)]))
    // Twice: StrictMode renders everything twice.
    expect(at.renders() - before).toBe(2)
  })

  it('goes on after an event it cannot read, and says which', async () => {
    const heard: unknown[] = []
    const at = stage({ event: 'tick', onEvent: (data) => heard.push(data) })
    await opens(at, 'event: tick\ndata: 1\n\nevent: tick\ndata: {oops\n\n')
    const { data, error, connected } = at.shown()
    expect([data, connected, (error as EventStreamError).code]).toEqual([1, true, 'bad_data'])
    expect(error!.message).toMatch(/\/ticks sent a "tick" event that parse cannot read/)
    await acted(() => at.server.request.write('event: tick\ndata: 2\n\n'))
    expect(at.shown()).toMatchObject({ data: 2, error: null })
    expect([heard, at.server.requests.length]).toEqual([[1, 2], 1])
  })

  it('survives a handler that throws, and reports it as uncaught', async () => {
    const uncaught = catchUncaught()
    const at = stage({ onEvent: () => { throw new Error('mine') } })
    await opens(at, 'data: 1\n\n')
    expect(at.shown()).toMatchObject({ data: 1, connected: true })
    expect(uncaught).toEqual([new Error('mine')])
  })
})

describe('one request', () => {
  it('is made under StrictMode, and let go of at the unmount, with every timer and listener', async () => {
    const listeners = countListeners()
    const at = stage({ silenceMs: 30_000 })
    await opens(at, 'data: 1\n\n')
    expect(at.server.requests).toHaveLength(1)
    at.unmount()
    await acted()
    expect([at.server.open.length, vi.getTimerCount()]).toEqual([0, 0])
    expect([listeners.ever >= 4, listeners.now]).toEqual([true, 0])
  })

  it('is let go of at the unmount before it was answered, and a token that comes later asks for nothing', async () => {
    let give!: (token: string) => void
    let signal!: AbortSignal
    const at = stage({ getToken: (context) => ({ signal } = context, new Promise((resolve) => { give = resolve })) })
    await acted()
    at.unmount()
    expect(signal.aborted).toBe(true)
    await acted(() => give('late'))
    expect(at.server.requests).toHaveLength(0)
  })

  it('is kept while options change, and made anew for another address', async () => {
    const at = stage({ onEvent: () => {} })
    await opens(at, 'id: 5\ndata: 1\n\n')
    at.again('/ticks', { onEvent: () => {}, silenceMs: 1_000 })
    await acted()
    expect([at.server.requests.length, at.shown().data]).toEqual([1, 1])
    at.again('/other')
    expect(at.shown()).toMatchObject({ data: undefined, connected: false })
    await acted()
    expect(at.server.requests.map(({ url, over }) => [url, over])).toEqual([['/ticks', true], ['/other', false]])
    expect(at.server.request.header('last-event-id')).toBeNull()
  })

  it('is not made for null', async () => {
    const at = stage({}, null)
    await pass(60_000)
    expect([at.server.requests.length, at.shown().connected]).toEqual([0, false])
  })
})

describe('a stream that ended', () => {
  it('is resumed after the newest id, whatever its characters', async () => {
    const at = stage()
    await opens(at, 'id: é-1\ndata: 1\n\nid: é-2\n\n')
    await acted(() => at.server.request.end())
    expect(at.shown()).toMatchObject({ data: 1, error: null, connected: false })
    await pass(250)
    expect(at.server.requests).toHaveLength(2)
    const bytes = Uint8Array.from(at.server.request.header('last-event-id')!, (char) => char.charCodeAt(0))
    expect(new TextDecoder().decode(bytes)).toBe('é-2')
  })

  it('is resumed after an id from before, where it brought none since', async () => {
    const at = stage()
    await opens(at, 'id: 1\ndata: 1\n\n')
    await acted(() => at.server.request.end())
    await pass(250)
    await opens(at, 'data: 2\n\n')
    await acted(() => at.server.request.end())
    await pass(250)
    expect([at.server.requests.length, at.server.request.header('last-event-id')]).toEqual([3, '1'])
  })

  it('waits with full jitter, twice as long after each failure, at most twenty seconds', async () => {
    const at = stage()
    await acted()
    const waits: number[] = []
    for (let attempt = 1; attempt <= 8; attempt++) {
      await acted(() => at.server.request.break())
      const { error, connected } = at.shown()
      expect([connected, (error as EventStreamError).code]).toEqual([false, 'network'])
      const from = Date.now()
      await acted(() => vi.advanceTimersToNextTimer())
      waits.push(Date.now() - from)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })

  it.each([
    ['brought an event', async () => {}, 'data: 1\n\n', 250],
    ['held for five seconds', () => pass(5_000), '', 250],
    ['only opened', async () => {}, ': hello\n\n', 1_000],
  ])('forgets its failures if it %s', async (_, then, text, expected) => {
    const at = stage()
    await acted()
    await acted(() => at.server.request.break())
    await pass(250)
    await acted(() => at.server.request.break())
    await pass(500)
    await opens(at, text)
    await then()
    await acted(() => at.server.request.end())
    await pass(expected - 1)
    expect(at.server.requests).toHaveLength(3)
    await pass(1)
    expect(at.server.requests).toHaveLength(4)
  })

  it('waits at least as long as the server asked for', async () => {
    const at = stage()
    await opens(at, `retry: ${7_000}\n\n`)
    await acted(() => at.server.request.end())
    await pass(7_249)
    expect(at.server.requests).toHaveLength(1)
    await pass(1)
    expect(at.server.requests).toHaveLength(2)
    await acted(() => at.server.request.answer(503, { 'Retry-After': '20' }))
    await pass(20_499)
    expect(at.server.requests).toHaveLength(2)
    await pass(1)
    expect(at.server.requests).toHaveLength(3)
    await acted(() => at.server.request.break())
    await pass(7_999)
    expect(at.server.requests).toHaveLength(3)
    await pass(1)
    expect(at.server.requests).toHaveLength(4)
  })

  it.each([500, 502, 503, 408, 425, 429])('asks again after %i', async (status) => {
    const at = stage()
    await acted()
    await acted(() => at.server.request.answer(status))
    expect(at.shown().error).toMatchObject({ code: 'bad_status', status, message: `/ticks answered ${status}` })
    await pass(250)
    await opens(at)
    expect(at.shown()).toMatchObject({ error: null, connected: true })
  })

  it('is over for good where the server says 204, with no error', async () => {
    const at = stage()
    await acted()
    await acted(() => at.server.request.answer(204))
    await pass(600_000)
    expect([at.server.requests.length, at.shown().error]).toEqual([1, null])
  })

  it.each([
    [404, {}, { code: 'bad_status', status: 404 }],
    [200, { 'content-type': 'text/html' }, { code: 'bad_type', message: '/ticks answered text/html, which is not text/event-stream' }],
  ])('is over for good where %i would only come again, until somebody says to retry', async (status, headers, error) => {
    const at = stage()
    await acted()
    await acted(() => at.server.request.answer(status, headers as Record<string, string>))
    await happens('online')
    await pass(600_000)
    expect(at.shown().error).toMatchObject(error)
    expect(at.server.requests).toHaveLength(1)
    act(() => at.shown().retry())
    await opens(at)
    expect(at.shown()).toMatchObject({ error: null, connected: true })
  })
})

describe('a silent stream', () => {
  it('is replaced after silenceMs, and a comment is no silence', async () => {
    const at = stage({ silenceMs: 20_000 })
    await opens(at)
    await pass(15_000)
    await acted(() => at.server.request.write(': keep-alive\n\n'))
    await pass(19_999)
    expect(at.shown().connected).toBe(true)
    await pass(1)
    expect([at.shown().connected, at.shown().error!.message]).toEqual([false, '/ticks was silent for 20000 ms'])
    await pass(250)
    expect([at.server.requests.length, at.server.open.length]).toEqual([2, 1])
  })

  it('is left alone without silenceMs', async () => {
    const at = stage()
    await opens(at)
    await pass(3_600_000)
    expect([at.server.requests.length, at.shown().connected]).toEqual([1, true])
  })
})

describe('the page', () => {
  it('lets go of the stream while it is hidden, and resumes it at once after', async () => {
    const at = stage()
    await opens(at, 'id: 3\ndata: 1\n\n')
    await hide(true)
    expect([at.server.open.length, at.shown().connected, at.shown().data]).toEqual([0, false, 1])
    await pass(600_000)
    expect(at.server.requests).toHaveLength(1)
    await hide(false)
    expect([at.server.requests.length, at.server.request.header('last-event-id')]).toEqual([2, '3'])
  })

  it('asks for nothing when it was hidden from the start', async () => {
    await hide(true)
    const at = stage()
    await pass(60_000)
    expect(at.server.requests).toHaveLength(0)
    await hide(false)
    expect(at.server.requests).toHaveLength(1)
  })

  it('keeps the stream of a hidden page with pauseHidden: false, but not in the back/forward cache', async () => {
    const at = stage({ pauseHidden: false })
    await opens(at, 'id: 3\ndata: 1\n\n')
    await hide(true)
    expect(at.server.open).toHaveLength(1)
    await happens('pagehide')
    await hide(true)
    expect(at.server.open).toHaveLength(0)
    await hide(false)
    await happens('pageshow')
    expect([at.server.requests.length, at.server.request.header('last-event-id')]).toEqual([2, '3'])
  })

  it('replaces the stream when its network is back', async () => {
    const at = stage()
    await opens(at, 'id: 3\ndata: 1\n\n')
    await happens('online')
    expect([at.server.requests.length, at.server.open.length, at.server.request.header('last-event-id')]).toEqual([2, 1, '3'])
  })
})
