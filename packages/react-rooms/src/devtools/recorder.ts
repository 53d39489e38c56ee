import type { Clock } from '../client/clock.js'
import { createEmitter } from '../client/store.js'
import type { SessionContext } from './session-context.js'

/** Something that passed: from the server, to the server, or something that happened to the connection here. */
export interface Entry {
  /** Counts from 1, also over what is gone. */
  readonly number: number
  /** Epoch ms. */
  readonly at: number
  readonly way: 'in' | 'out' | 'here'
  /** The object as JSON; of what happened here, words. */
  readonly text: string
  readonly context: SessionContext
}

/** Remembers the last of what passed. Reads nothing, so that it costs next to nothing while nobody looks. */
export interface Recorder {
  add(way: Entry['way'], text: string, context: SessionContext): void
  /** Oldest first; the same array until something is added. */
  entries(): readonly Entry[]
  /** How many there ever were. */
  total(): number
  clear(): void
  subscribe(listener: () => void): () => void
}

/** Bounds of what is remembered: entries, and characters of them all together. */
export const MAX_ENTRIES = 500
const MAX_CHARACTERS = 4_000_000

export function createRecorder(clock: Clock): Recorder {
  const { on, emit } = createEmitter<{ change: [] }>()
  const kept: Entry[] = []
  let total = 0
  let characters = 0
  let snapshot: readonly Entry[] | undefined

  const changed = (): void => {
    snapshot = undefined
    emit('change')
  }
  return {
    add(way, text, context) {
      kept.push({ number: ++total, at: clock.now(), way, text, context })
      characters += text.length
      while (kept.length > MAX_ENTRIES || (characters > MAX_CHARACTERS && kept.length > 1)) characters -= kept.shift()!.text.length
      changed()
    },
    entries: () => (snapshot ??= [...kept]),
    total: () => total,
    clear() {
      kept.length = characters = 0
      changed()
    },
    subscribe: (listener) => on('change', listener),
  }
}
