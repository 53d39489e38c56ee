import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BrokerLink, Entry, Page, ReadFrom } from '../../src/broker/broker.js'
import { RoomStream } from '../../src/room-stream.js'

const tagOf = (offset: number): string => (offset === 0 ? '-' : `tag_${String(offset).padStart(4, '0')}`)
const entry = (offset: number, epoch = 'one'): Entry => ({ epoch, offset, tag: tagOf(offset), previousTag: tagOf(offset - 1), except: null, frame: `${epoch}:${offset}` })

/** A history whose reads are answered when the test says so, as a broker's are that is far away. */
class History {
  epoch = 'one'
  entries: Entry[] = []
  readonly #asked: (() => void)[] = []
  #heard: () => void = () => {}

  readonly link = {
    read: (_room: string, from: ReadFrom) => new Promise<Page>((resolve) => {
      const page = this.#page(from)
      this.#asked.push(() => resolve(page))
      this.#heard()
    }),
  } as unknown as BrokerLink

  append(): Entry {
    const added = entry(this.entries.length + 1, this.epoch)
    this.entries.push(added)
    return added
  }

  restart(): void {
    this.epoch = 'two'
    this.entries = []
  }

  /** Resolves when a read was served; its answer is still on its way. */
  async asked(): Promise<void> {
    if (this.#asked.length === 0) await new Promise<void>((resolve) => { this.#heard = resolve })
  }

  async answer(): Promise<void> {
    await this.asked()
    this.#asked.shift()!()
  }

  #page(from: ReadFrom): Page {
    const offset = this.entries.length
    const end = { epoch: this.epoch, offset, tag: tagOf(offset) }
    if ('last' in from) return { verdict: 'ok', entries: [], more: false, end }
    if (from.since.epoch !== this.epoch) return { verdict: 'epoch', entries: [], more: false, end }
    if (from.since.offset > offset) return { verdict: 'ahead', entries: [], more: false, end }
    return { verdict: 'ok', entries: this.entries.slice(from.since.offset), more: false, end }
  }
}

/** A stream at the end of a history of so many events, and what it told its room. */
async function following(count = 1, { whileOpening = (_stream: RoomStream): void => {} } = {}): Promise<{ history: History; stream: RoomStream; told: string[]; settled: () => Promise<void> }> {
  const history = new History()
  for (let n = 0; n < count; n++) history.append()
  const told: string[] = []
  const stream = new RoomStream('chat:1', history.link, {
    applied: ({ frame }) => told.push(frame),
    reset: (position) => told.push(`reset ${position}`),
    live: (on) => told.push(`live ${on}`),
    failed: (error) => { throw error },
  }, 100, 100)
  const opened = stream.open()
  whileOpening(stream)
  await history.answer()
  await opened
  return { history, stream, told, settled: () => stream.settled() }
}

describe('while a read that mends a gap is on its way', () => {
  test('a stream that begins anew is noticed by another read', async () => {
    const { history, stream, told } = await following()
    history.append()
    stream.onEntry(history.append())
    await history.asked()
    history.restart()
    stream.check()
    await history.answer()
    await history.answer()
    await stream.settled()
    expect(told).toEqual(['one:2', 'one:3', 'reset two:0:-', 'live true'])
  })
  test('an event of the new life asks for another read, and is not given twice', async () => {
    const { history, stream, told } = await following()
    history.append()
    stream.onEntry(history.append())
    await history.asked()
    history.restart()
    stream.onEntry(history.append())
    await history.answer()
    await history.answer()
    await stream.settled()
    stream.onEntry(history.append())
    expect(told).toEqual(['one:2', 'one:3', `reset two:1:${tagOf(1)}`, 'live true', 'two:2'])
  })
  test('what a lost and restored subscription did not deliver is read as well', async () => {
    const { history, stream, told } = await following()
    history.append()
    stream.onEntry(history.append())
    await history.asked()
    stream.onAway()
    history.append()
    stream.onBack()
    await history.answer()
    await history.answer()
    await stream.settled()
    expect(told).toEqual(['live false', 'one:2', 'one:3', 'one:4', 'live true'])
  })
  test('live is not said again before the subscription is back', async () => {
    const { history, stream, told } = await following()
    history.append()
    stream.onEntry(history.append())
    await history.asked()
    stream.onAway()
    await history.answer()
    history.append()
    stream.onBack()
    await history.answer()
    await stream.settled()
    expect(told).toEqual(['live false', 'one:2', 'one:3', 'one:4', 'live true'])
  })
})

describe('an event that belongs to no history', () => {
  test('is dropped once a read has shown that it does not', async () => {
    const { history, stream, told } = await following()
    stream.onEntry({ ...entry(9), previousTag: 'elsewher' })
    await history.answer()
    await stream.settled()
    stream.onEntry(history.append())
    expect(told).toEqual(['live true', 'one:2'])
  })
})

describe('an event from before all that this node keeps', () => {
  test('may be the first word of a replica that lagged: the room is reset', async () => {
    const { history, stream, told } = await following(5)
    history.entries.length = 2
    stream.onEntry(history.append())
    await history.answer()
    await stream.settled()
    stream.onEntry(history.append())
    expect(told).toEqual([`reset one:3:${tagOf(3)}`, 'live true', 'one:4'])
  })
  test('tells nothing when it was on its way while a read came past it', async () => {
    const { history, stream, told } = await following(5, { whileOpening: (opening) => opening.onEntry(entry(3)) })
    const read = vi.spyOn(history.link, 'read')
    stream.onEntry(history.append())
    expect(read).not.toHaveBeenCalled()
    expect(told).toEqual(['one:6'])
  })
})

describe('an idle room', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  test('asks about once a minute whether its place is still right, and is not reset while it is', async () => {
    const { history, stream, told } = await following()
    let asked = 0
    for (; asked < 10; asked++) {
      vi.advanceTimersByTime(75_000)
      await history.answer()
    }
    await stream.settled()
    stream.onEntry(history.append())
    expect(told).toEqual(['one:2'])
    stream.close()
    expect(vi.getTimerCount()).toBe(0)
  })
  test('does not ask more often than every 45 s', async () => {
    const { history, stream } = await following()
    const read = vi.spyOn(history.link, 'read')
    vi.advanceTimersByTime(44_999)
    expect(read).not.toHaveBeenCalled()
    stream.close()
  })
  test('finds a stream that began anew without a word', async () => {
    const { history, stream, told } = await following()
    history.restart()
    vi.advanceTimersByTime(75_000)
    await history.answer()
    await history.answer()
    await stream.settled()
    expect(told).toEqual(['reset two:0:-', 'live true'])
    stream.close()
  })
  test('finds events whose delivery was lost', async () => {
    const { history, stream, told } = await following()
    history.append()
    vi.advanceTimersByTime(75_000)
    await history.answer()
    await history.answer()
    await stream.settled()
    expect(told).toEqual(['one:2', 'live true'])
    stream.close()
  })
})
