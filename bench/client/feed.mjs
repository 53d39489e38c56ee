import { eventData } from '../event-data.mjs'

/**
 * Hands messages over one by one, as a browser does: what a message left to microtasks runs before the next one.
 * Resolves with the milliseconds until the last event was dispatched.
 *
 * @param {readonly string[]} messages
 * @param {Promise<void>} dispatched
 */
export async function feed(socket, messages, dispatched) {
  const started = performance.now()
  for (const message of messages) {
    socket.receive(message)
    await Promise.resolve()
  }
  await dispatched
  return performance.now() - started
}

/** Counts events of rounds: `next(count)` resolves when so many more have come. */
export function expectEvents() {
  let left = 0
  let sum = 0
  let resolve
  return {
    take(data) {
      // Read, so that nothing about the data can be left undone.
      sum += data.sentAt
      if (--left === 0) resolve(sum)
    },
    next(count) {
      left = count
      return new Promise((settle) => { resolve = settle })
    },
  }
}

export function range(from, count) {
  return Array.from({ length: count }, (_, n) => eventData(from + n))
}
