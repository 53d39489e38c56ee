// Counts what a server in this process does. Imported before anything else, so that nobody holds the originals.
import { Socket } from 'node:net'
import { jsonCalls } from '../cross-node/json-calls.mjs'

const counted = { writes: 0, encodes: 0 }

/** Sockets that a server accepted know it; those of the clients in this process do not. */
for (const name of ['_write', '_writev']) {
  const original = Socket.prototype[name]
  Socket.prototype[name] = function write(...args) {
    if (this.server !== undefined && this.server !== null) counted.writes++
    return original.apply(this, args)
  }
}

const { from } = Buffer
Buffer.from = (...args) => {
  if (typeof args[0] === 'string') counted.encodes++
  return from.apply(Buffer, args)
}

const { write } = Buffer.prototype
Buffer.prototype.write = function writeText(...args) {
  counted.encodes++
  return write.apply(this, args)
}

/**
 * What happened while `work` ran: writes to sockets of clients, texts turned into bytes, texts parsed and made.
 *
 * @param {() => Promise<unknown>} work
 */
export async function operationsOf(work) {
  const before = { ...counted, ...jsonCalls }
  await work()
  const after = { ...counted, ...jsonCalls }
  return Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]))
}
