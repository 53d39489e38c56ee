import * as fc from 'fast-check'
import type { Contract, StandardSchemaV1 } from 'rooms-protocol'

/** What a schema of the application does with data; the last ones are mistakes of plain JavaScript. */
export const SCHEMAS = {
  takes: (value: unknown) => ({ value }),
  'takes later': async (value: unknown) => ({ value }),
  drops: () => ({ value: undefined }),
  refuses: () => ({ issues: [{ message: 'no', path: ['a', { key: 0 }] }] }),
  'refuses later': async () => ({ issues: [{ message: 'no' }] }),
  throws: () => { throw new Error('a schema') },
  rejects: async () => { throw new Error('a schema') },
  'gives what JSON has no word for': () => ({ value: 1n }),
  'gives a ring': () => {
    const ring: unknown[] = []
    return { value: ring.push(ring) > 0 ? ring : null }
  },
  'gives nothing': () => undefined,
} as const
export type SchemaKind = keyof typeof SCHEMAS

/** What a handler of the application does with a publish. */
export const HANDLERS = {
  echoes: (data: unknown) => data,
  'answers nothing': () => undefined,
  throws: () => { throw new Error('a handler') },
  'throws nothing': () => { throw undefined },
  'refuses with a status': () => { throw Object.assign(new Error('not you'), { statusCode: 403 }) },
  'gives what JSON has no word for': () => 1n,
} as const
export type HandlerKind = keyof typeof HANDLERS

/** What `authorize` says of a join, and of everything else. */
export const ANSWERS = {
  yes: () => true,
  no: () => false,
  'ask the contract': () => undefined,
  'grants nothing': () => ({}),
  nonsense: () => 'yes',
  throws: () => { throw new Error('authorize') },
  rejects: async () => { throw new Error('authorize') },
} as const
export type AnswerKind = keyof typeof ANSWERS

export interface WildKind {
  readonly kind: string
  readonly access: 'authenticated' | 'owner' | 'authorize'
  readonly presence: 'full' | 'count' | 'off'
  readonly echo: boolean
  readonly events: ReadonlyMap<string, SchemaKind>
  readonly publish: ReadonlyMap<string, SchemaKind>
  readonly signals: ReadonlyMap<string, SchemaKind>
  readonly state: SchemaKind | null
  readonly handlers: ReadonlyMap<string, HandlerKind>
  readonly join: AnswerKind
  readonly later: AnswerKind
}

const kindsOf = <K extends string>(all: Readonly<Record<K, unknown>>): fc.Arbitrary<K> => fc.constantFrom(...(Object.keys(all) as K[]))
const schemaKind = fc.oneof({ weight: 2, arbitrary: fc.constantFrom<SchemaKind>('takes', 'takes later') }, { weight: 1, arbitrary: kindsOf(SCHEMAS) })
/** Names that plain objects have already, and any other. */
export const name = fc.oneof(fc.constantFrom('message', 'asked', 'constructor', '__proto__', 'toString', 'hasOwnProperty'), fc.string({ unit: 'binary', minLength: 1, maxLength: 128 }).map((text) => text.slice(0, 128)))
const schemas = fc.array(fc.tuple(name, schemaKind), { minLength: 1, maxLength: 4 }).map((entries) => new Map(entries))

export const wildKind: fc.Arbitrary<WildKind> = fc.record({
  kind: fc.oneof(fc.constantFrom('chat', 'constructor', 'valueof'), fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}$/)),
  access: fc.constantFrom('authenticated', 'owner', 'authorize'),
  presence: fc.constantFrom('full', 'count', 'off'),
  echo: fc.boolean(),
  events: schemas, publish: schemas, signals: schemas,
  state: fc.option(schemaKind),
  handled: fc.array(kindsOf(HANDLERS), { minLength: 4, maxLength: 4 }),
  join: fc.oneof({ weight: 3, arbitrary: fc.constantFrom<AnswerKind>('yes', 'yes', 'ask the contract') }, { weight: 1, arbitrary: kindsOf(ANSWERS) }),
  later: fc.oneof({ weight: 3, arbitrary: fc.constantFrom<AnswerKind>('yes') }, { weight: 1, arbitrary: kindsOf(ANSWERS) }),
}).map(({ handled, ...kind }) => {
  // What is published and is no event needs a handler; of the others every second has one.
  const unhandled = [...kind.publish.keys()].filter((published, i) => !kind.events.has(published) || i % 2 === 0)
  return { ...kind, handlers: new Map(unhandled.map((published, i) => [published, handled[i]!])) }
})

/** The contract as an application would pass it. */
export function contractOf({ kind, access, presence, echo, events, publish, signals, state }: WildKind): Contract {
  const parts = (given: ReadonlyMap<string, SchemaKind>): Record<string, StandardSchemaV1> => Object.fromEntries([...given].map(([called, does]) => [called, schemaThat(does)]))
  const definition = { access, presence, echo, events: parts(events), publish: parts(publish), signals: parts(signals), ...(state === null ? {} : { state: schemaThat(state) }) }
  return Object.fromEntries([[kind, definition]])
}

function schemaThat(does: SchemaKind): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'wild', validate: SCHEMAS[does] as StandardSchemaV1['~standard']['validate'] } }
}
