import { isLater } from './at-once.js'
import type { Awaitable } from './rooms-api.js'

/**
 * How long the application's own code may take to answer: a handler, `authorize`, a hook that may refuse, an
 * asynchronous schema. Below the claim's lease, so that a late handler is still the only one.
 */
export const ANSWER_MS = 10_000

/**
 * Settles as `work` does, or rejects with `late()` after `ms`. A process that was held up reads its sockets once more
 * before it calls anything late: the answer may have been waiting for it all along.
 */
export async function inTime<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(late())), ms)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** Bounds an answer of the application's code, where it does not answer at once. @param who is named in the error, `authorize of kind 'chat'`. */
export function answerInTime<T>(answer: Awaitable<T>, who: string): Awaitable<T> {
  if (!isLater(answer)) return answer
  return inTime(Promise.resolve(answer), ANSWER_MS, () => new Error(`${who} did not answer within ${ANSWER_MS} ms`))
}
