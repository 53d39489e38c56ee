import { isRoomName } from 'rooms-protocol'
import { type Fields, isFields } from './fields.js'

/** How long a poll may wait: by default, and at most. */
const WAIT_MS = 25_000
const MAX_WAIT_MS = 30_000

/** What a poll says of one room. */
export interface AskedRoom {
  readonly position: string | null
  /** What the answer before said of the room's presence; null where the client does not repeat such things. */
  readonly told: number | null
  /** It repeats them, but not for this room: so the room is new to it. */
  readonly isNew: boolean
  readonly rewind: number | undefined
}

/** A poll, whichever route it came by. */
export interface Ask {
  readonly rooms: ReadonlyMap<string, AskedRoom>
  readonly connection: string | undefined
  readonly waitMs: number
}

export type ParsedAsk = { readonly ok: true; readonly ask: Ask } | { readonly ok: false; readonly message: string }

/** Reads the body of `POST /poll`. */
export function readPollBody(body: unknown, maxRooms: number): ParsedAsk {
  if (!isFields(body)) return bad("send a JSON object such as {\"rooms\":{\"chat:lobby\":null}}")
  const { rooms, connection, presence, rewind, waitMs } = body
  if (!isFields(rooms)) return bad("'rooms' expects an object: each room with its last position, or null")
  const names = Object.keys(rooms)
  if (names.length > maxRooms) return bad(`'rooms' expects at most ${maxRooms} rooms (limits.rooms), but got ${names.length}`)
  if (connection !== undefined && typeof connection !== 'string') return bad("'connection' expects a string, as the answer before said it")
  if (presence !== undefined && !isFields(presence)) return bad("'presence' expects an object, as the answer before said it")
  if (rewind !== undefined && !isFields(rewind)) return bad("'rewind' expects an object: rooms, each with how many of the last events to replay")
  if (waitMs !== undefined && !isCount(waitMs)) return bad("'waitMs' expects a whole number from 0 up")
  const asked = new Map<string, AskedRoom>()
  for (const name of names) {
    const position = rooms[name]
    const told = presence?.[name]
    const last = rewind?.[name]
    if (!isRoomName(name)) return bad(`'rooms' expects room names, \`kind\` or \`kind:id\`, but got ${JSON.stringify(String(name).slice(0, 40))}`)
    if (position !== null && typeof position !== 'string') return bad(`'rooms' expects a position or null for '${name}'`)
    if (told !== undefined && !isCount(told)) return bad(`'presence' expects a whole number for '${name}', as the answer before said it`)
    if (last !== undefined && !isCount(last)) return bad(`'rewind' expects a whole number from 0 up for '${name}'`)
    asked.set(name, { position, told: told ?? null, isNew: presence !== undefined && told === undefined, rewind: last })
  }
  return { ok: true, ask: { rooms: asked, connection, waitMs: waited(waitMs) } }
}

/** Reads the query of `GET /poll/:room`; the room's name is checked already. */
export function readPollQuery(room: string, query: unknown): ParsedAsk {
  const { position, connection, presence, rewind, waitMs } = query as Fields
  const text = (value: unknown): boolean => value === undefined || typeof value === 'string'
  const count = (value: unknown): boolean => value === undefined || (typeof value === 'string' && /^[0-9]{1,16}$/.test(value))
  if (!text(position)) return bad("give 'position' once")
  if (!text(connection)) return bad("give 'connection' once")
  if (!count(presence)) return bad("'presence' expects a whole number, as the answer before said it")
  if (!count(rewind)) return bad("'rewind' expects a whole number from 0 up")
  if (!count(waitMs)) return bad("'waitMs' expects a whole number from 0 up")
  const number = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value))
  // A script that has no position yet has an empty one.
  const asked: AskedRoom = { position: position === undefined || position === '' ? null : (position as string), told: number(presence) ?? null, isNew: false, rewind: number(rewind) }
  return { ok: true, ask: { rooms: new Map([[room, asked]]), connection: connection as string | undefined, waitMs: waited(number(waitMs)) } }
}

function waited(waitMs = WAIT_MS): number {
  return Math.min(waitMs, MAX_WAIT_MS)
}

function bad(message: string): ParsedAsk {
  return { ok: false, message }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
