import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventStreamParser, readEventStream } from '../../src/client/transports/event-stream.js'

interface Heard { event: string; data: string; id: string }

/** Everything a stream tells, in whatever pieces its text comes. */
function parse(...pieces: string[]): { events: Heard[]; ids: string[]; retries: number[] } {
  const told = { events: [] as Heard[], ids: [] as string[], retries: [] as number[] }
  const feed = createEventStreamParser({
    event: (message) => told.events.push(message), id: (id) => told.ids.push(id), retry: (ms) => told.retries.push(ms),
  })
  pieces.forEach(feed)
  return told
}
const dataOf = (...pieces: string[]): string[] => parse(...pieces).events.map(({ data }) => data)

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

describe('an event stream', () => {
  it('tells events by name, and unnamed ones as message', () => {
    expect(parse('event: add\ndata: 73857293\n\ndata: x\n\n').events).toEqual([{ event: 'add', data: '73857293', id: '' }, { event: 'message', data: 'x', id: '' }])
  })

  it('joins lines of data, and takes off one space only', () => {
    expect(dataOf('data: YHOO\ndata:+2\ndata:  10\n\n')).toEqual(['YHOO\n+2\n 10'])
  })

  it('tells empty data, but nothing for a block without data', () => {
    expect(dataOf('data\n\ndata\ndata\n\ndata:', 'x\n\nevent: nothing\n\n')).toEqual(['', '\n', 'x'])
  })

  it('forgets the name of a block that had no data', () => {
    expect(parse('event: tick\n\ndata: 1\n\n').events[0]!.event).toBe('message')
  })

  it('passes over comments and fields it does not know', () => {
    expect(dataOf(': keep-alive\n\ndata: 1\n:\nother: 2\nDATA: 3\n data: 4\n\n')).toEqual(['1'])
  })

  it('keeps the newest id for later events, also from a block without data, and lets an empty one take it back', () => {
    const { events, ids } = parse('id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid\ndata: d\n\n')
    expect(events.map(({ id }) => id)).toEqual(['1', '1', '2', ''])
    expect(ids).toEqual(['1', '1', '2', '2', ''])
  })

  it('takes no id with a NUL in it, and tells none of a block that never ended', () => {
    expect(parse('id: 1\n\nid: a\0b\n\nid: 3\ndata: x\n').ids).toEqual(['1', '1'])
  })

  it('goes on from the id it resumes after', () => {
    const ids: string[] = []
    createEventStreamParser({ event: ({ id }) => ids.push(id) }, '7')('data: a\n\nid: 8\ndata: b\n\n')
    expect(ids).toEqual(['7', '8'])
  })

  it('takes a retry of digits only', () => {
    expect(['3000', ' 10', '1e3', '-1', '', '+5'].flatMap((value) => parse(`retry:${value}\n\n`).retries)).toEqual([3_000, 10])
  })

  it('ends lines with LF, CR or CRLF, also where a piece ends between the two', () => {
    expect(dataOf('data: a\r\rdata: b\r\n\r\ndata: c\n\r', '\ndata: d\r', '', '\n\r', '\n')).toEqual(['a', 'b', 'c', 'd'])
  })

  it('tells an event that ends with CR at once, without waiting for a LF', () => {
    expect(dataOf('data: a\r\r')).toEqual(['a'])
  })

  it('does not tell what the stream ended within', () => {
    expect(dataOf('data: a\n\ndata: b\n')).toEqual(['a'])
  })
})

describe('the bytes of an event stream', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const read = async (...chunks: Uint8Array[]): Promise<Heard[]> => {
    const events: Heard[] = []
    await readEventStream(streamOf(...chunks), { event: (message) => events.push(message) })
    return events
  }
  /** The same stream as a whole, read by the letter of the standard. */
  const whole = (text: string): Heard[] => {
    const events: Heard[] = []
    let block: Heard & { lines: string[] } = { event: '', data: '', id: '', lines: [] }
    for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).slice(0, -1)) {
      const [, field, , value = ''] = /^([^:]*)(: ?(.*))?$/su.exec(line)!
      if (field === 'data') block.lines.push(value)
      if (field === 'event') block.event = value
      if (field === 'id' && !value.includes('\0')) block.id = value
      if (line !== '') continue
      const data = block.lines.join('\n')
      if (data !== '' || block.lines.length > 0) events.push({ event: block.event || 'message', data, id: block.id })
      block = { event: '', data: '', id: block.id, lines: [] }
    }
    return events
  }

  it('mean the same however they are cut', async () => {
    const piece = fc.constantFrom('data', 'data:', 'data: ', 'event:', 'id:', 'retry:', ':', ' ', '\n', '\r', '\r\n', '\n\n', '\uFEFF', '\0', 'x', 'ü', '€', '🙂', '5')
    await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(120), { maxLength: 12 }), async (pieces, cuts) => {
      const text = pieces.join('')
      const all = bytes(text)
      const places = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length]
      const chunks = places.slice(1).map((end, index) => all.subarray(places[index], end))
      expect(await read(...chunks)).toEqual(whole(text))
    }), { numRuns: 1_000 })
  })

  it('may begin with a byte order mark, in pieces too', async () => {
    const all = bytes('\uFEFFdata: a\n\n')
    expect(await read(all.subarray(0, 1), all.subarray(1, 2), all.subarray(2))).toEqual([{ event: 'message', data: 'a', id: '' }])
  })

  it('count as life, also where they are a comment only', async () => {
    let alive = 0
    await readEventStream(streamOf(bytes(': hello\n'), bytes('\n')), { event: () => {}, alive: () => void alive++ })
    expect(alive).toBe(2)
  })
})
