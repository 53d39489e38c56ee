import type { Awaitable } from './rooms-api.js'

/** Goes on with a value: now where it is there, else when it comes. What need not wait costs no promise, and keeps its place in the tick. */
export function after<T, R>(value: Awaitable<T>, go: (value: T) => Awaitable<R>): Awaitable<R> {
  return isLater(value) ? Promise.resolve(value).then(go) : go(value as T)
}

/** Does `work`, and turns its failure, now or later, into what `failed` makes of it. */
export function attempt<T>(work: () => Awaitable<T>, failed: (error: unknown) => Awaitable<T>): Awaitable<T> {
  try {
    const value = work()
    return isLater(value) ? Promise.resolve(value).catch(failed) : value
  } catch (error) {
    return failed(error)
  }
}

/** Application code may answer with any thenable, such as a query that runs when it is awaited. */
export function isLater<T>(value: Awaitable<T>): value is Promise<T> {
  return value instanceof Promise || (typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function')
}
