import { formatPosition, type Position } from 'rooms-protocol'
import type { Broker, Entry } from '../../src/index.js'
import { withLinks } from '../support/broker-under-test.js'
import type { Follower } from './follower.js'

/** Every entry that any node got from the broker, and so every entry a client can have got: which one follows which. */
export class RoomLog {
  readonly #previous = new Map<string, string>()

  /** The same broker, read along. */
  watch(broker: Broker): Broker {
    return withLinks(broker, (link) => ({
      read: async (room, from, limit) => {
        const page = await link.read(room, from, limit)
        for (const entry of page.entries) this.#note(room, entry)
        return page
      },
      subscribe: (room, listener) => link.subscribe(room, {
        onEntry: (entry) => {
          this.#note(room, entry)
          listener.onEntry(entry)
        },
        onEphemeral: (message) => listener.onEphemeral(message),
        onPresence: (change) => listener.onPresence(change),
        onAway: () => listener.onAway(),
        onBack: () => listener.onBack(),
        onRestarted: () => listener.onRestarted(),
      }),
    }))
  }

  /** What is wrong with what a client applied: each event must follow the one before it in one history. */
  problems({ room, user, segments, faults }: Follower): string[] {
    const found = faults.map((fault) => `${user}: ${fault}`)
    for (const { start, applied } of segments) {
      const ids = applied.flatMap((frame) => (frame.type === 'event' ? [frame.id] : []))
      if (new Set(ids).size < ids.length) found.push(`${user}: an id twice in ${ids.join(' ')}`)
      let at: Position = start
      for (const { offset, tag } of applied) {
        const next = { epoch: start.epoch, offset, tag }
        const previous = this.#previous.get(name(room, next))
        if (offset !== at.offset + 1) found.push(`${user}: ${offset} after ${at.offset}`)
        if (previous === undefined) found.push(`${user}: ${formatPosition(next)} is in no history`)
        else if (previous !== at.tag) found.push(`${user}: ${formatPosition(next)} follows ${previous}, but ${formatPosition(at)} was applied`)
        at = next
      }
    }
    return found
  }

  #note(room: string, entry: Entry): void {
    this.#previous.set(name(room, entry), entry.previousTag)
  }
}

function name(room: string, { epoch, offset, tag }: Position): string {
  return `${room} ${epoch}:${offset}:${tag}`
}
