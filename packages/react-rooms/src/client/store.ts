type Listener = (...args: never[]) => void

/** Listeners by what they listen to. */
export interface Emitter<E extends Record<string, unknown[]>> {
  /** Returns its own removal. */
  on<K extends keyof E & string>(name: K, listener: (...args: E[K]) => void): () => void
  /** Calls every listener; one that throws does not keep the others from hearing. */
  emit<K extends keyof E & string>(name: K, ...args: E[K]): void
}

export function createEmitter<E extends Record<string, unknown[]>>(): Emitter<E> {
  const ears = new Map<string, Set<Listener>>()
  return {
    on(name, listener) {
      // Wrapped, so that one function added twice counts twice.
      const own: Listener = (...args) => listener(...(args as never))
      const set = ears.get(name) ?? new Set()
      ears.set(name, set.add(own))
      return () => void set.delete(own)
    },
    emit(name, ...args) {
      for (const listener of [...(ears.get(name) ?? [])])
        try {
          listener(...(args as unknown[] as never[]))
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

export function createStore<T>(value: T): Store<T> {
  const { on, emit } = createEmitter<{ change: [] }>()
  return {
    get: () => value,
    set(next) {
      if (next === value) return
      value = next
      emit('change')
    },
    subscribe: (listener) => on('change', listener),
  }
}
