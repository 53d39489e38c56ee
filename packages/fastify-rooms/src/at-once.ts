import type { Awaitable } from './rooms-api.js'

/**
 * Goes on with a value: now where it is there, else when it comes. What need not wait costs no promise, and keeps its
 * place in the tick; nor does it cost a closure, if `go` is one function for all that gets by `about` what it needs.
 */
export function after<T, R>(value: Awaitable<T>, go: (value: T) => Awaitable<R>): Awaitable<R>
export function after<T, R, A>(value: Awaitable<T>, go: (value: T, about: A) => Awaitable<R>, about: A): Awaitable<R>
export function after<T, R, A>(value: Awaitable<T>, go: (value: T, about: A) => Awaitable<R>, about?: A): Awaitable<R> {
  return isLater(value) ? Promise.resolve(value).then((come) => go(come, about as A)) : go(value as T, about as A)
}

/** Does `work`, and turns its failure, now or later, into what `failed` makes of it. */
export function attempt<T, A>(work: (about: A) => Awaitable<T>, failed: (error: unknown, about: A) => Awaitable<T>, about: A): Awaitable<T> {
  try {
    const value = work(about)
    return isLater(value) ? Promise.resolve(value).catch((error: unknown) => failed(error, about)) : value
  } catch (error) {
    return failed(error, about)
  }
}

/** Application code may answer with any thenable, such as a query that runs when it is awaited. */
export function isLater<T>(value: Awaitable<T>): value is Promise<T> {
  return value instanceof Promise || (typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function')
}
