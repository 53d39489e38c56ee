import type { Info } from 'rooms-protocol'
import { createTimer, type Clock } from './clock.js'
import { createStore } from './store.js'

/** Someone whose last word is this old has stopped, or vanished. */
const EXPIRES_MS = 6_000
/** People who go on typing say so this often. */
const REPEAT_MS = 3_000

/** Someone who is typing. */
export interface Typist {
  readonly user: string
  /** What members see of this user; from the presence of the room. */
  readonly info: Info
}
export const NOBODY_TYPES: readonly Typist[] = []

/** Who else types, each until told otherwise or six seconds passed; and what we said of ourselves. */
export interface TypingStore {
  get(): readonly Typist[]
  subscribe(listener: () => void): () => void
  tell(user: string, on: boolean): void
  /** A snapshot; forgets what was known, and what we said. */
  reset(users: readonly string[]): void
  /** We type, or stopped; says so at most every three seconds. */
  own(on: boolean): void
}

export function createTyping(clock: Clock, infoOf: (user: string) => Info, say: (on: boolean) => unknown): TypingStore {
  const store = createStore(NOBODY_TYPES)
  const expiry = createTimer(clock)
  const until = new Map<string, number>()
  /** When we last said that we type; 0 while we do not. */
  let saidAt = 0

  const look = (): void => {
    const now = clock.now()
    for (const [user, at] of until) if (at <= now) until.delete(user)
    store.set(until.size > 0 ? [...until.keys()].map((user) => ({ user, info: infoOf(user) })) : NOBODY_TYPES)
    if (until.size > 0) expiry(Math.min(...until.values()) - now, look)
    else expiry()
  }
  return {
    ...store,
    tell(user, on) {
      until.set(user, on ? clock.now() + EXPIRES_MS : 0)
      look()
    },
    reset(users) {
      saidAt = 0
      until.clear()
      for (const user of users) until.set(user, clock.now() + EXPIRES_MS)
      look()
    },
    own(on) {
      const now = clock.now()
      if (on ? now - saidAt < REPEAT_MS : saidAt === 0) return
      saidAt = on ? now : 0
      say(on)
    },
  }
}
