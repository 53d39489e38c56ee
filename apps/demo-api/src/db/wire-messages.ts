import type { Socket } from 'node:net'

/** Codes that stand where a start-up message has its protocol version. */
const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
/** Comes on a connection of its own. */
const CANCEL_REQUEST = 80_877_102
/** Terminate. */
const GOODBYE = 'X'.charCodeAt(0)

/**
 * The whole messages of one PostgreSQL client, in order, from its start-up message on; ends with the connection, or
 * where the client says goodbye. Asked for encryption, it answers that there is none.
 */
export async function* wireMessages(socket: Socket): AsyncGenerator<Buffer, void, undefined> {
  let rest = Buffer.alloc(0)
  let started = false
  for await (const chunk of chunks(socket)) {
    rest = Buffer.concat([rest, chunk])
    // Every message begins with a letter and its length, the letter not counted; the start-up ones have no letter.
    for (let header = started ? 1 : 0; rest.length >= header + 4; header = started ? 1 : 0) {
      const length = header + rest.readInt32BE(header)
      if (rest.length < length) break
      const message = rest.subarray(0, length)
      rest = rest.subarray(length)
      if (started && message[0] === GOODBYE) return
      const code = started ? null : message.readInt32BE(4)
      if (code === CANCEL_REQUEST) return
      if (code === SSL_REQUEST || code === GSS_REQUEST) socket.write('N')
      else {
        started = true
        yield message
      }
    }
  }
}

/** A client that was killed has said all it had to say; that is no failure of ours. */
async function* chunks(socket: Socket): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) yield chunk
  } catch {
    socket.destroy()
  }
}
