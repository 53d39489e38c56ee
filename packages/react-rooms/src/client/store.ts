/** Calls every listener; one that throws does not keep the others from hearing. */
export function emit<A extends unknown[]>(listeners: Iterable<(...args: A) => void> | undefined, ...args: A): void {
  for (const listener of [...(listeners ?? [])]) {
    try {
      listener(...args)
    } catch (error) {
      // The application's own mistake: reported as uncaught, where its tools look for it.
      queueMicrotask(() => { throw error })
    }
  }
}

/** Adds a listener and returns its own removal. */
export function listen<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** One immutable value that can be watched. */
export class Store<T> {
  #value: T
  readonly #listeners = new Set<() => void>()
  constructor(value: T) { this.#value = value }

  readonly get = (): T => this.#value
  readonly subscribe = (listener: () => void): (() => void) => {
    // Wrapped, so that one function subscribed twice counts twice.
    return listen(this.#listeners, () => listener())
  }
  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    emit(this.#listeners)
  }
}
