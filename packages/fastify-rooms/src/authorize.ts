import { roomId, roomKind, type RoomName, roomName } from 'rooms-protocol'
import { after } from './at-once.js'
import { isFields } from './fields.js'
import { answerInTime } from './in-time.js'
import type { KindRules } from './kinds.js'
import type { ResolvedOptions } from './options.js'
import type { Authorize, Awaitable, Grants, Question, RoomRef, User } from './rooms-api.js'

/** Whether a user may do something in a room, as the application's `authorize` and the contract's `access` say. */
export class Authorizer {
  readonly #option: ResolvedOptions['authorize']
  constructor(option: ResolvedOptions['authorize']) {
    this.#option = option
  }

  /** Answers at once where no application code has to be asked. */
  ask(user: User, room: string, rules: KindRules, action: Question['action'], name?: string): Awaitable<boolean | Grants> {
    const own = this.#functionOf(rules.kind)
    if (own === undefined) return access(user, room, rules)
    const answer = own({ user, room: roomRef(room), action, ...(name === undefined ? {} : { name }) })
    return after(answerInTime(answer, `authorize of kind '${rules.kind}'`), (said) => judged(said, user, room, rules))
  }

  /** Asks about one publish or signal, where the join did not settle it. */
  allows(user: User, room: string, rules: KindRules, grants: Grants | null, action: 'publish' | 'signal', name: string): Awaitable<boolean> {
    return after(grants ?? this.ask(user, room, rules, action, name), (said) => (typeof said === 'boolean' ? said : (said[action]?.includes(name) ?? false)))
  }

  /** Asks about presence or history, where the join did not settle it. */
  async allowsPart(user: User, room: string, rules: KindRules, grants: Grants | null, action: 'presence' | 'history'): Promise<boolean> {
    const said = grants ?? (await this.ask(user, room, rules, action))
    return typeof said === 'boolean' ? said : said[action] !== false
  }

  #functionOf(kind: string): Authorize | undefined {
    if (typeof this.#option === 'function') return this.#option
    return this.#option !== null && this.#option !== undefined && Object.hasOwn(this.#option, kind) ? this.#option[kind as never] : undefined
  }
}

/** A room as application code sees it. */
export function roomRef(name: string): RoomRef {
  return { name: name as RoomName, kind: roomKind(name) as RoomRef['kind'], id: roomId(name) }
}

/** Application code may be plain JavaScript: whatever is no answer is a no. */
function judged(answer: unknown, user: User, room: string, rules: KindRules): boolean | Grants {
  if (answer === undefined) return access(user, room, rules)
  return answer === true || isGrants(answer) ? answer : false
}

/** An error that was returned instead of thrown is a no too, and a list is nobody's word. */
function isGrants(answer: unknown): answer is Grants {
  if (!isFields(answer) || answer instanceof Error) return false
  const { publish, signal, presence, history } = answer
  return [publish, signal].every((names) => names === undefined || Array.isArray(names)) && [presence, history].every((flag) => flag === undefined || typeof flag === 'boolean')
}

function access(user: User, room: string, rules: KindRules): boolean {
  switch (rules.access) {
    case 'authenticated': return true
    case 'owner': return room === ownRoom(rules.kind, user.id)
    case 'authorize': return false
    default: return rules.access satisfies never
  }
}

function ownRoom(kind: string, user: string): string | null {
  try {
    return roomName(kind, user)
  } catch {
    return null
  }
}
