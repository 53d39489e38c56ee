import { type Contract, type KindDefinition, roomKind, roomName, type StandardSchemaV1 } from 'rooms-protocol'
import type { HistoryLimits } from './broker/broker.js'
import { RoomsOptionsError } from './errors.js'
import { isFields } from './fields.js'
import { isName, MAX_NAME } from './names.js'
import { duration, known, type ResolvedOptions, whole } from './options.js'

type Schemas = ReadonlyMap<string, StandardSchemaV1>

/** One kind's rules with defaults filled in. A part is `null` where everything is allowed: no contract. */
export interface KindRules {
  readonly kind: string
  readonly access: KindDefinition['access']
  readonly presence: 'full' | 'count' | 'off'
  readonly echo: boolean
  readonly history: HistoryLimits
  readonly events: Schemas | null
  readonly publish: Schemas | null
  readonly signals: Schemas | null
  readonly state: StandardSchemaV1 | null
}

const ACCESS = new Set(['authenticated', 'owner', 'authorize'])
const PRESENCE = new Set(['full', 'count', 'off'])
const KEYS = new Set(['events', 'publish', 'signals', 'state', 'access', 'presence', 'echo', 'history'])

/** The rules of every kind: the contract's, or one open rule for all where there is none. */
export class Kinds {
  readonly #rules = new Map<string, KindRules>()
  readonly #history: HistoryLimits
  readonly #open: boolean
  constructor(options: Pick<ResolvedOptions, 'contract' | 'authorize' | 'history'>) {
    this.#history = options.history
    this.#open = options.contract === null
    for (const [kind, definition] of Object.entries(options.contract ?? ({} as Contract))) this.#rules.set(kind, this.#resolve(kind, definition, options.authorize))
  }

  /** All kinds of the contract; empty without one. */
  all(): Iterable<KindRules> {
    return this.#rules.values()
  }

  /** The rules for a room, or undefined for an unknown kind. */
  of(room: string): KindRules | undefined {
    return this.ofKind(roomKind(room))
  }

  ofKind(kind: string): KindRules | undefined {
    return this.#rules.get(kind) ?? (this.#open ? this.#openRules(kind) : undefined)
  }

  #openRules(kind: string): KindRules {
    return { kind, access: 'authenticated', presence: 'full', echo: true, history: this.#history, events: null, publish: null, signals: null, state: null }
  }

  #resolve(kind: string, definition: KindDefinition, authorize: ResolvedOptions['authorize']): KindRules {
    const at = `contract.${kind}`
    try {
      roomName(kind, 'x')
    } catch (error) {
      throw new RoomsOptionsError(at, (error as Error).message)
    }
    if (typeof definition !== 'object' || definition === null) throw new RoomsOptionsError(at, "must be an object with at least 'access'")
    for (const key of Object.keys(definition)) if (!KEYS.has(key)) throw new RoomsOptionsError(`${at}.${key}`, `unknown; a kind has ${[...KEYS].join(', ')}`)
    const { access, presence = 'full', echo = true, history } = definition
    if (!ACCESS.has(access)) throw new RoomsOptionsError(`${at}.access`, "is required: 'authenticated', 'owner' or 'authorize'")
    if (!PRESENCE.has(presence)) throw new RoomsOptionsError(`${at}.presence`, "must be 'full', 'count' or 'off'")
    if (typeof echo !== 'boolean') throw new RoomsOptionsError(`${at}.echo`, 'must be true or false')
    known(`${at}.history.`, history, ['size', 'ttlMs'])
    const { size = this.#history.size, ttlMs = this.#history.ttlMs } = history ?? {}
    const asked = typeof authorize === 'function' || (authorize !== null && Object.hasOwn(authorize, kind) && typeof authorize[kind as never] === 'function')
    if (access === 'authorize' && !asked) throw new RoomsOptionsError(`${at}.access`, `is 'authorize', but option 'authorize' has no function for '${kind}': nobody could join; add one`)
    return {
      kind, access, presence, echo,
      history: { size: whole(`${at}.history.size`, size), ttlMs: duration(`${at}.history.ttlMs`, ttlMs) },
      events: schemas(`${at}.events`, definition.events),
      publish: schemas(`${at}.publish`, definition.publish),
      signals: schemas(`${at}.signals`, definition.signals),
      state: definition.state === undefined ? null : schema(`${at}.state`, definition.state),
    }
  }
}

function schemas(at: string, given: KindDefinition['events']): Schemas {
  if (given !== undefined && !isFields(given)) throw new RoomsOptionsError(at, 'must be an object with one schema for each name')
  return new Map(Object.entries(given ?? {}).map(([name, value]) => [name, schema(named(at, name), value)]))
}

/** Where a name stands. Longer ones could be sent by nobody. */
function named(at: string, name: string): string {
  if (!isName(name)) throw new RoomsOptionsError(at, `a name has 1 to ${MAX_NAME} characters, but one has ${name.length}: shorten '${name.slice(0, 20)}'`)
  return `${at}['${name}']`
}

function schema(at: string, value: unknown): StandardSchemaV1 {
  const standard = (value as StandardSchemaV1 | undefined)?.['~standard']
  if (typeof standard?.validate !== 'function') throw new RoomsOptionsError(at, 'is not a Standard Schema: use Zod, Valibot or ArkType, or wrap a TypeBox schema with typebox() from fastify-rooms/typebox')
  return value as StandardSchemaV1
}
