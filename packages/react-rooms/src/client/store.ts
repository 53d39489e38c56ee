/** Listeners by what they listen to. */
export interface Emitter<E extends Record<string, unknown[]>> {
  /** Returns its own removal. */
  on<K extends keyof E & string>(name: K, listener: (...args: E[K]) => void): () => void
  /** Calls every listener; one that throws does not keep the others from hearing. */
  emit<K extends keyof E & string>(name: K, ...args: E[K]): void
}

export const createEmitter = <E extends Record<string, unknown[]>>(): Emitter<E> => {
  const ears = new Set<(...told: unknown[]) => void>()
  return {
    on(name, listener) {
      // Its own even for a function that listens twice.
      const ear = (told: unknown, ...args: unknown[]): void => {
        if (told === name) listener(...(args as never))
      }
      ears.add(ear)
      return () => void ears.delete(ear)
    },
    emit(...told) {
      for (const ear of [...ears])
        try {
          ear(...told)
        } catch (error) {
          // The application's own mistake: reported as uncaught, where its tools look for it.
          queueMicrotask(() => { throw error })
        }
    },
  }
}

/** One immutable value that can be watched. */
export interface Store<T> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

export const createStore = <T>(value: T): Store<T> => {
  const changes = createEmitter<{ change: [] }>()
  return {
    get: () => value,
    set(next) {
      if (next === value) return
      value = next
      changes.emit('change')
    },
    subscribe: (listener) => changes.on('change', listener),
  }
}
