import { createTimer, type Clock } from './clock.js'
import { createStore, type Store } from './store.js'

/** This connection's presence state in a room: known here at once, told to the server at most once per throttle. */
export interface OwnState extends Store<unknown> {
  /** Merges into the state. */
  patch(patch: object): void
  /** Tells it at once, again. */
  retell(): void
  /** Forgets it, unsaid. */
  clear(): void
}

/** @param send says whether it could. */
export const createOwnState = (clock: Clock, throttleMs: number, send: (state: unknown) => boolean): OwnState => {
  const store = createStore<unknown>(null)
  const cooling = createTimer(clock)
  let hot = false
  let dirty = false
  const flush = (): void => {
    hot = dirty
    if (!dirty) return
    dirty = !send(store.get())
    cooling(throttleMs, flush)
  }
  return {
    ...store,
    patch(patch) {
      store.set({ ...(store.get() as object | null), ...patch })
      dirty = true
      if (!hot) flush()
    },
    retell() {
      dirty = true
      flush()
    },
    clear() {
      hot = dirty = false
      cooling()
      store.set(null)
    },
  }
}
