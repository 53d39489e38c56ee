import type { HoldOptions } from '../client/room.js'
import type { RoomsClient } from '../client/rooms-client.js'
import { acted } from './acting.js'

/** What a client is used for. */
export interface Watched {
  /** Whether somebody holds a room who hears only what is sent once it is joined: neither a query nor who rewinds. */
  needsJoin(room: string): boolean
  /** Whether anything, such as a query, follows a room offset by offset: what it does then waits for the page's next frame. */
  follows(): boolean
}

interface Listening { retain(name: string, options?: HoldOptions): () => void; room(name: string): object; subscribe(listener: () => void): () => void }
type Method = (...args: readonly unknown[]) => () => void

/**
 * Notes who uses a client, and lets its news of the connection reach components within act(): all else that reaches them
 * comes from a socket or a clock, which are ours.
 */
export function watchClient(client: RoomsClient): Watched {
  const holders = new Map<string, number>()
  const followers = new Map<string, number>()
  const listeners = new Set<{ readonly tell: () => void }>()
  const patched = new WeakSet()
  const own = client as unknown as Listening
  const { retain, room, subscribe } = own

  const counted = (release: () => void, count: (by: 1 | -1) => void): (() => void) => {
    let held = true
    count(1)
    return () => {
      if (held) count(-1)
      held = false
      release()
    }
  }
  const of = (counts: Map<string, number>, name: string): number => counts.get(name) ?? 0
  const counting = (counts: Map<string, number>, name: string) => (by: 1 | -1): void => void counts.set(name, of(counts, name) + by)
  const patch = (name: string, handle: Record<string, Method>): void => {
    patched.add(handle)
    for (const method of ['on', 'onEvents', 'onSignal']) {
      const inner = handle[method]!
      handle[method] = (...args) => counted(inner(...args), counting(holders, name))
    }
    const { onAny } = handle
    handle['onAny'] = (listener) => counted(onAny!(listener), counting(followers, name))
  }

  // On the client itself, so that it stays the one object that hooks and queries compare.
  Object.assign(own, {
    // Who asks for a rewind wants what was sent before.
    retain: (name, options = {}) => counted(retain(name, options), options.rewind === undefined ? counting(holders, name) : () => {}),
    room(name) {
      const handle = room(name)
      if (!patched.has(handle)) patch(name, handle as Record<string, Method>)
      return handle
    },
    subscribe(tell) {
      const listener = { tell }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  } satisfies Listening)
  // Together, as React would render them together.
  subscribe(() => acted(() => listeners.forEach(({ tell }) => tell())))
  return {
    needsJoin: (name) => of(holders, name) > 0 && of(followers, name) === 0,
    follows: () => [...followers.values()].some((count) => count > 0),
  }
}
