import { formatPosition, type Position } from 'rooms-protocol'
import type { BrokerLink, Entry, Page } from './broker/broker.js'
import { EntryRing } from './broker/entry-ring.js'
import { judge } from './broker/judge.js'

/** History for one joiner: `entries` lead from `from` to `position` without a gap. */
export interface Recalled {
  readonly verdict: Page['verdict']
  readonly entries: readonly Entry[]
  readonly from: Position
  readonly position: string
}

/** The newest part of a stream, up to `end`. */
export interface Window {
  readonly end: Position
  readonly kept: EntryRing
}

interface Read {
  /** Reads are numbered in the order they began. */
  readonly number: number
  readonly window: Window
}

/** What recall needs of its room. */
interface Holder {
  /** Where the room stands on this node, and what it received lately; `null` while it is out of step with the broker. */
  readonly window: Window | null
  /** Resolves when this node has come to an offset, or when that takes longer than a message is on its way. */
  reaches(offset: number): Promise<void>
  /** Takes a window that was read, so that the next joiner finds it on this node. */
  adopt(window: Window): void
}

/**
 * Answers joins from what this node holds where that suffices, else from one read of the whole history shared by all
 * who ask meanwhile: a thousand clients that come back together cost one or two reads. What the node holds may only
 * say `ok`: a client may come from a node that was ahead of this one.
 */
export class Recall {
  readonly #room: string
  readonly #link: BrokerLink
  readonly #holder: Holder
  readonly #size: number
  readonly #pageSize: number
  #reading: Promise<Read> | null = null
  #started = 0
  constructor(room: string, link: BrokerLink, holder: Holder, size: number, pageSize: number) {
    this.#room = room
    this.#link = link
    this.#holder = holder
    this.#size = size
    this.#pageSize = pageSize
  }

  async since(position: Position): Promise<Recalled> {
    const asked = this.#started
    for (;;) {
      const local = await this.#localFor(position)
      if (local !== null) return recalled('ok', local, position.offset)
      const { number, window } = await (this.#reading ?? this.#read())
      // A read that began before we asked may be older than the client: its no does not count.
      const verdict = judge(position, window.end, window.kept)
      if (verdict === 'ok' || number > asked) return recalled(verdict, window, verdict === 'ok' ? position.offset : window.end.offset)
    }
  }

  /**
   * What this node holds, where it suffices. A client whose requests go to any node is often a few events ahead of this
   * one, and those are on their way: a read of the whole history for each of them would be the busier the busier the room is.
   */
  async #localFor(position: Position): Promise<Window | null> {
    const ahead = this.#holder.window
    if (ahead !== null && judge(position, ahead.end, ahead.kept) === 'ahead') await this.#holder.reaches(position.offset)
    const local = this.#holder.window
    return local !== null && judge(position, local.end, local.kept) === 'ok' ? local : null
  }

  async last(count: number): Promise<Recalled> {
    const wanted = Math.min(count, this.#size)
    const local = this.#holder.window
    const window = local !== null && local.kept.count >= Math.min(wanted, local.end.offset) ? local : (await (this.#reading ?? this.#read())).window
    return recalled('ok', window, window.end.offset - Math.min(wanted, window.kept.count))
  }

  async #read(): Promise<Read> {
    const number = ++this.#started
    this.#reading = this.#readAll().then((window) => ({ number, window })).finally(() => { this.#reading = null })
    return this.#reading
  }

  async #readAll(): Promise<Window> {
    const kept = new EntryRing(this.#size)
    let page = await this.#link.read(this.#room, { last: this.#size }, this.#pageSize)
    for (;;) {
      for (const entry of page.entries) kept.push(entry)
      const last = page.entries.at(-1)
      if (page.verdict !== 'ok' || !page.more || last === undefined) break
      page = await this.#link.read(this.#room, { since: last }, this.#pageSize)
    }
    const window = { end: page.end, kept }
    this.#holder.adopt(window)
    return window
  }
}

/** The node goes on pushing into `kept`: what is newer than `end` comes live, and what it drove out meanwhile is trimmed. */
function recalled(verdict: Page['verdict'], { end, kept }: Window, from: number): Recalled {
  const entries = kept.after(from, end.offset - from)
  const whole = entries.length === end.offset - from
  const [first] = whole ? entries : []
  const before = first === undefined ? end : { epoch: first.epoch, offset: first.offset - 1, tag: first.previousTag }
  return { verdict: whole ? verdict : 'trimmed', entries: whole ? entries : [], from: before, position: formatPosition(end) }
}
