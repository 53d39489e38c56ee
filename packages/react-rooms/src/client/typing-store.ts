import type { Info, Member, ServerFrame } from 'rooms-protocol'
import type { Clock } from './clock.js'
import { createStore } from './store.js'

/**
 * Someone who is typing, and present: who is not (yet) known as a member is not shown. Where the server tells no members
 * (presence `count` or `off`, or not granted) only `user` is known, and `info` is empty.
 */
export interface Typist {
  readonly user: string
  readonly info: Info
}
export const NOBODY_TYPES: readonly Typist[] = []

/** Who else types, each until told otherwise or six seconds passed; and what we said of ourselves. */
export interface TypingStore {
  get(): readonly Typist[]
  subscribe(listener: () => void): () => void
  /** Takes what concerns typing. */
  receive(frame: ServerFrame): void
  /** We type, or stopped; says so at most every three seconds. */
  own(on: boolean): void
}

export const createTyping = (clock: Clock, memberOf: (user: string) => Member | undefined, say: (on: boolean) => unknown): TypingStore => {
  /** Someone whose last word is this old has stopped, or vanished. */
  const EXPIRES_MS = 6_000
  /** People who go on typing say so this often. */
  const REPEAT_MS = 3_000
  const store = createStore(NOBODY_TYPES)
  /** Who types, each with what stops their expiry. */
  const typists = new Map<string, () => void>()
  /** The server tells no members here: a `joined` with them names at least ourselves. */
  let hidden = false
  /** When we last said that we type; 0 while we do not. */
  let saidAt = 0

  const tell = (user: string, on: boolean): void => {
    typists.get(user)?.()
    if (on) typists.set(user, clock.after(EXPIRES_MS, () => tell(user, false)))
    else typists.delete(user)
    show()
  }
  const show = (): void => {
    const shown = [...typists.keys()].flatMap((user): Typist | [] => (hidden || memberOf(user) ? { user, info: memberOf(user)?.info ?? ({} as Info) } : []))
    store.set(shown.length ? shown : NOBODY_TYPES)
  }
  return {
    ...store,
    receive(frame) {
      switch (frame.type) {
        case 'typing': return tell(frame.user, frame.on)
        case 'joined':
        case 'left':
          // Nobody knows any more what we said.
          saidAt = 0
          typists.forEach((_, user) => tell(user, false))
          if (frame.type === 'joined') {
            hidden = !frame.members.length
            frame.typing.forEach((user) => tell(user, true))
          }
          return
        // A typist's member may come later.
        case 'presence':
        case 'members': show()
      }
    },
    own(on) {
      const now = on ? clock.now() : 0
      if (on ? Math.abs(now - saidAt) < REPEAT_MS : !saidAt) return
      saidAt = now
      say(on)
    },
  }
}
