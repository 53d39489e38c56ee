/** A value that changes more often than an eye can follow. */
export interface CalmStore<T> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

/** Tells its listeners at most every `everyMs`, also while the page is hidden and there are no frames to wait for. */
export function createCalmStore<T>(initial: T, everyMs = 50): CalmStore<T> {
  const listeners = new Set<() => void>()
  let value = initial
  let due: ReturnType<typeof setTimeout> | undefined
  return {
    get: () => value,
    set(next) {
      value = next
      due ??= setTimeout(() => {
        due = undefined
        for (const listener of listeners) listener()
      }, everyMs)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
