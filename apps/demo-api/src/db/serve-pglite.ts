import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'
import { openPglite } from './pglite.js'
import { wireMessages } from './wire-messages.js'

export interface ServedDatabase {
  /** For `DATABASE_URL`. */
  url: string
  close(): Promise<void>
}

/**
 * Lets several processes on this machine use one embedded database, as if it were a PostgreSQL server. Its tables are
 * up to date before the first client comes.
 *
 * PGlite is one session, so clients take turns: a turn begins with a client's message and ends when the database is
 * ready for the next query outside a transaction. Without turns one client's Bind would meet another's Parse. What
 * belongs to a session is shared none the less (settings, session locks, prepared statements by their names).
 *
 * @param onFailure told when the database itself breaks down, which no SQL should bring about; that client's connection ends.
 */
export async function servePglite(location: string, onFailure: (error: unknown) => void): Promise<ServedDatabase> {
  const { pglite, close } = await openPglite(location)
  const turns = createTurns()
  const clients = new Map<Socket, Promise<void>>()
  const server = createServer((socket) => {
    // A client may go away at any time; its messages then end.
    socket.on('error', () => {})
    clients.set(socket, serve(socket, pglite, turns).catch(onFailure).finally(() => clients.delete(socket)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`,
    async close() {
      server.close()
      const served = [...clients.values()]
      for (const socket of clients.keys()) socket.destroy()
      await Promise.all(served)
      await close()
    },
  }
}

type Release = () => void

/** Resolves with the end of one's turn, in the order in which turns were asked for. */
function createTurns(): () => Promise<Release> {
  let last = Promise.resolve()
  return async () => {
    const before = last
    let release: Release = () => {}
    last = new Promise((resolve) => { release = resolve })
    await before
    return release
  }
}

async function serve(socket: Socket, pglite: PGlite, takeTurn: () => Promise<Release>): Promise<void> {
  let turn: Release | null = null
  try {
    for await (const message of wireMessages(socket)) {
      turn ??= await takeTurn()
      const answer = await pglite.execProtocolRaw(message)
      socket.write(answer)
      if (!isReady(answer)) continue
      turn()
      turn = null
    }
    if (turn !== null) {
      await pglite.execProtocolRaw(SYNC)
      await pglite.execProtocolRaw(ROLLBACK)
    }
  } finally {
    turn?.()
    socket.destroy()
  }
}

/** For what a client leaves behind that goes away in its turn: first ends a query between its Parse and its Sync, or failed there. */
const SYNC = message('S', '')
/** Then what was open; outside a transaction only a warning. */
const ROLLBACK = message('Q', 'ROLLBACK\0')

function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(4 + body.length)
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)])
}

/** ReadyForQuery, which is always last: `Z`, its length, and the state, here `I`, idle. No text the database sends before it holds zeros. */
const READY = Buffer.from('Z\0\0\0\x05I')

function isReady(answer: Uint8Array): boolean {
  return READY.equals(answer.subarray(-READY.length))
}
