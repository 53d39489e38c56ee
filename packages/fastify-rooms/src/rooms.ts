import { type EventFrame, formatPosition, isRoomName, type Member, parsePosition, type RoomEvent } from 'rooms-protocol'
import { startOf, tell } from './diagnostics.js'
import { RoomsBadIdError, RoomsBadPositionError, RoomsConflictError, RoomsInvalidDataError, RoomsOptionsError, RoomsReadyError, RoomsTargetError, RoomsTooLargeError, RoomsUncertainError, RoomsUnavailableError, RoomsUnknownEventError, RoomsUnknownRoomError } from './errors.js'
import { encodeData, encodeEvent } from './event.js'
import { fingerprint } from './fingerprint.js'
import type { Handler } from './handlers.js'
import type { HookName } from './hooks.js'
import type { KindRules } from './kinds.js'
import { isName, MAX_NAME } from './names.js'
import { known, said, whole } from './options.js'
import { ID_BYTES, randomId } from './random-id.js'
import type { RoomsNode } from './rooms-node.js'
import type { Rooms, SendOptions, Sent } from './rooms-api.js'
import type { RoomsStats } from './stats.js'
import { exceeds } from './utf8.js'
import { sayIssues, validate } from './validate.js'

const ID = /^[A-Za-z0-9_.:-]{1,64}$/
const SEND_OPTIONS = ['id', 'except', 'from', 'committed']
/** The server itself, as who signals and who chose an id: no user has an empty id. */
const SERVER = ''

/** What `fastify.rooms` does; its types are those of `Rooms`, checked at run time as well. */
export class RoomsDecorator {
  readonly #node: RoomsNode
  #ready = false
  constructor(node: RoomsNode) {
    this.#node = node
  }

  /** Closes registration and checks what can be checked only now. */
  becomeReady(): void {
    this.#ready = true
    this.#node.handlers.check(this.#node.kinds)
  }

  send(room: string, event: string, data: unknown, options: SendOptions = {}): Promise<Sent> {
    const began = startOf('fastify-rooms:send')
    const sent = this.#send(room, event, data, options)
    if (began > 0) {
      const told = (error: unknown): void => tell('fastify-rooms:send', () => ({ server: this.#node.server, room, event, durationMs: performance.now() - began, error }))
      sent.then(() => told(undefined), told)
    }
    // Whoever does not await `send` must not bring the process down; whoever does gets the error as well.
    sent.catch((error: unknown) => this.#node.log.warn({ err: error, room, event }, 'send failed'))
    return sent
  }

  signal(room: string, signal: string, data: unknown): void {
    const rules = this.#rules(room)
    checkName(rules, 'signal', signal)
    const schema = rules.signals?.get(signal)
    if (rules.signals !== null && schema === undefined) throw new RoomsUnknownEventError(rules.kind, 'signal', signal)
    const checked = validate(schema, data)
    if (checked instanceof Promise) throw new RoomsInvalidDataError(signal, 'its schema answers asynchronously: signals need one that answers at once')
    if (!checked.ok) throw new RoomsInvalidDataError(signal, sayIssues(checked.issues))
    const frame = `{"type":"signal","room":${JSON.stringify(room)},"signal":${JSON.stringify(signal)},"data":${encodeData(signal, checked.value)},"from":${JSON.stringify(SERVER)}}`
    const { messageBytes } = this.#node.options.limits
    if (exceeds(frame, messageBytes)) throw new RoomsTooLargeError(signal, Buffer.byteLength(frame), messageBytes)
    this.#node.broadcast(room, { kind: 'signal', frame, except: null })
  }

  handle(kind: string, name: string, handler: Handler): void {
    if (this.#ready) throw new RoomsReadyError(`rooms.handle('${said(kind)}', '${said(name)}')`)
    this.#node.handlers.add(this.#node.kinds, kind, name, handler)
  }

  addHook(name: HookName, hook: never): void {
    if (this.#ready) throw new RoomsReadyError(`rooms.addHook('${said(name)}')`)
    this.#node.hooks.add(name, hook)
  }

  async members(room: string, page: { limit?: number; after?: string } = {}): Promise<Member[]> {
    this.#rules(room)
    known('members.', page, ['limit', 'after'])
    const { limit, after } = page
    if (after !== undefined && typeof after !== 'string') throw new RoomsOptionsError('after', 'must be the id of a user, the last of the page before')
    const most = this.#node.options.limits.members
    const { members } = await this.#node.link.members(room, { after, limit: atMost(most, limit) })
    return [...members]
  }

  async size(room: string): Promise<number> {
    this.#rules(room)
    return (await this.#node.link.members(room, { limit: 0 })).size
  }

  async position(room: string): Promise<string> {
    this.#rules(room)
    return formatPosition((await this.#node.link.read(room, { last: 0 }, 0)).end)
  }

  async history(room: string, options: { since?: string; limit?: number } = {}): Promise<RoomEvent[]> {
    const rules = this.#rules(room)
    known('history.', options, ['since', 'limit'])
    const { since, limit } = options
    const most = this.#node.options.limits.historyEvents
    const position = since === undefined ? null : parsePosition(since)
    if (since !== undefined && position === null) throw new RoomsBadPositionError(said(since))
    const page = await this.#node.link.read(room, position === null ? { last: rules.history.size } : { since: position }, atMost(most, limit))
    return page.entries.map(({ frame }) => {
      const { event, data, offset, id, at, from } = JSON.parse(frame) as EventFrame
      return { event, data, offset, id, at, ...(from === undefined ? {} : { from }) } as RoomEvent
    })
  }

  stats(): RoomsStats {
    return this.#node.stats()
  }

  ready(): Promise<void> {
    return this.#node.ready()
  }

  async disconnect(who: { user: string } | { connection: string } | { room: string }): Promise<void> {
    if (typeof who !== 'object' || who === null) throw new RoomsTargetError()
    const [target, second] = Object.entries(who)
    if (target === undefined || second !== undefined || !['user', 'connection', 'room'].includes(target[0]) || typeof target[1] !== 'string') throw new RoomsTargetError()
    // A misspelt one would be sent away in silence, and stay.
    if (target[0] === 'room') this.#rules(target[1])
    else if (target[1] === '') throw new RoomsTargetError()
    await this.#node.control.send({ do: 'disconnect', ...who })
  }

  async recheck(user: string): Promise<void> {
    if (typeof user !== 'string' || user === '') throw new RoomsTargetError()
    await this.#node.control.send({ do: 'recheck', user })
  }

  async #send(room: string, event: string, data: unknown, options: SendOptions): Promise<Sent> {
    known('send.', options, SEND_OPTIONS)
    const { id: given, except, from, committed = false } = options
    if (typeof committed !== 'boolean') throw new RoomsOptionsError('committed', 'must be true or false')
    const id = given ?? randomId(ID_BYTES)
    const node = this.#node
    const rules = this.#rules(room)
    if (typeof id !== 'string' || !ID.test(id)) throw new RoomsBadIdError(said(id))
    checkName(rules, 'event', event)
    for (const [name, value] of [['from', from], ['except', except]] as const) if (value !== undefined && typeof value !== 'string') throw new RoomsOptionsError(name, 'must be text: the id of a user, or of a connection')
    const encoding = encodeEvent(node.options.limits, rules, { room, event, data, id, from })
    // At once where nothing is waited for: what a handler sends comes before the event that it returns.
    const encoded = encoding instanceof Promise ? await encoding : encoding
    // Nobody can ask again for an id that was made here.
    const key = given === undefined ? null : { scope: SERVER, id, hash: fingerprint(encoded.head, null) }
    try {
      const result = await node.link.append({ room, id, ...encoded, except: except ?? null, history: rules.history, key })
      if (result.state === 'conflict') throw new RoomsConflictError(id)
      return { id, position: result.position, duplicate: result.state === 'duplicate' }
    } catch (error) {
      if (!committed || !(error instanceof RoomsUnavailableError || error instanceof RoomsUncertainError)) throw error
      node.log.error({ err: error, room, event }, 'a committed change could not be sent: its room will be reset when the broker is back')
      node.owedResets.add(room)
      return { id, position: null, duplicate: false }
    }
  }

  #rules(room: string): KindRules {
    if (!isRoomName(room)) throw new RoomsUnknownRoomError(said(room), 'a room is `kind` or `kind:id`; build ids from any text with roomName(kind, id)')
    const rules = this.#node.kinds.of(room)
    if (rules === undefined) throw new RoomsUnknownRoomError(room, 'the contract has no such kind')
    return rules
  }
}

/** Contracts name their events; without one a name must still be one that clients could publish. */
function checkName(rules: KindRules, what: 'event' | 'signal', name: unknown): void {
  if (!isName(name)) throw new RoomsUnknownEventError(rules.kind, what, said(name).slice(0, MAX_NAME))
}

/** How many of a list are asked for, at most `most`. */
function atMost(most: number, limit: number | undefined): number {
  return limit === undefined ? most : Math.min(whole('limit', limit), most)
}

/** The typed face of the decorator. */
export function typedRooms(decorator: RoomsDecorator): Rooms {
  return decorator as unknown as Rooms
}
