import type { StandardSchemaV1 } from '@standard-schema/spec'
export type { StandardSchemaV1 }

/** Any Standard Schema, or a TypeBox schema. */
export type Schema = StandardSchemaV1<unknown, unknown>
export type Input<S> = S extends StandardSchemaV1<infer I, unknown> ? I : unknown
export type Output<S> = S extends StandardSchemaV1<unknown, infer O> ? O : unknown
type Schemas = Readonly<Record<string, Schema>>

/** What may happen in rooms of one kind. */
export interface KindDefinition {
  /** Durable events the server sends, by name; members get the schema's output as JSON. */
  readonly events?: Schemas
  /** What clients may publish, by name: an event of the same name, or something a handler answers. Default nothing. */
  readonly publish?: Schemas
  /** Ephemeral messages clients may send, by name. Default nothing. */
  readonly signals?: Schemas
  /** What a member may say about itself while present. Default anything up to `limits.stateBytes`. */
  readonly state?: Schema
  /** Who may enter: every signed-in user, only the user the room's id names, or whom `authorize` lets in. */
  readonly access: 'authenticated' | 'owner' | 'authorize'
  /** Whether members see each other (default), only how many there are, or neither. */
  readonly presence?: 'full' | 'count' | 'off'
  /** Whether a publisher gets its own event; otherwise it gets `skip`. Default true. */
  readonly echo?: boolean
  /** Events kept, and for how long after the newest; what a client that was away can be told. Default: the plugin's `history`. */
  readonly history?: { readonly size?: number; readonly ttlMs?: number }
}
export type Contract = Readonly<Record<string, KindDefinition>>

/** Refuses misspelt keys, which a bare generic would swallow. */
type Exact<C> = { [K in keyof C]: { [P in keyof C[K]]: P extends keyof KindDefinition ? unknown : never } }

/** Types a contract; give it to the plugin as `contract` and to `Register` in a module declaration. The plugin checks it at boot. */
export function defineContract<const C extends Contract>(contract: C & Exact<C>): C { return contract }

/**
 * Merged into by the application, once, in the contract's file: `contract`, what members see of each other as `info`,
 * and the token's payload as `claims`.
 * @example declare module 'fastify-rooms/contract' { interface Register { contract: typeof contract; info: { name: string } } }
 */
export interface Register {}
type ContractIn<R> = R extends { contract: infer C extends Contract } ? C : OpenContract
export interface RegisteredContract extends ContractIn<Register> {}
export type Info = Register extends { info: infer I } ? I : unknown
/** No contract: every kind is open. */
export interface OpenContract { readonly '*': KindDefinition }
type IsOpen<C> = C extends OpenContract ? true : false

export type Kind<C = RegisteredContract> = IsOpen<C> extends true ? string : keyof C & string
export type RoomName<C = RegisteredContract> = IsOpen<C> extends true ? string : { [K in keyof C & string]: K | `${K}:${string}` }[keyof C & string]
export type KindOf<N extends string, C = RegisteredContract> =
  IsOpen<C> extends true ? string
  : N extends `${infer K}:${string}` ? K & keyof C & string : N & keyof C & string

/** The schemas of one part of kind K; a union of kinds gives a union of maps. */
type Part<C, K, P extends string> = IsOpen<C> extends true ? Record<string, Schema> : K extends keyof C ? (C[K] extends Record<P, infer S> ? S : {}) : never
/** Names any kind of a union has: for listening. */
type AnyName<S> = S extends unknown ? keyof S & string : never
/** Names every kind of a union has: for sending. */
type EveryName<S> = keyof S extends infer N extends string ? N : never
type In<S, N> = (S extends unknown ? (N extends keyof S ? (i: Input<S[N]>) => void : never) : never) extends (i: infer I) => void ? I : never
type Out<S, N> = S extends unknown ? (N extends keyof S ? Output<S[N]> : never) : never

export type EventName<K, C = RegisteredContract> = AnyName<Part<C, K, 'events'>>
export type SendName<K, C = RegisteredContract> = EveryName<Part<C, K, 'events'>>
export type EventInput<K, E, C = RegisteredContract> = In<Part<C, K, 'events'>, E>
export type EventData<K, E, C = RegisteredContract> = Wire<Out<Part<C, K, 'events'>, E>>
export type PublishName<K, C = RegisteredContract> = EveryName<Part<C, K, 'publish'>>
export type PublishInput<K, P, C = RegisteredContract> = In<Part<C, K, 'publish'>, P>
export type PublishOutput<K, P, C = RegisteredContract> = Out<Part<C, K, 'publish'>, P>
export type SignalName<K, C = RegisteredContract> = EveryName<Part<C, K, 'signals'>>
export type SignalInput<K, S, C = RegisteredContract> = In<Part<C, K, 'signals'>, S>
export type SignalData<K, S, C = RegisteredContract> = Wire<Out<Part<C, K, 'signals'>, S>>
export type StateOf<K, C = RegisteredContract> = IsOpen<C> extends true ? unknown : K extends keyof C ? (C[K] extends { state: infer S } ? Wire<Output<S>> : never) : never

/** What JSON makes of a value: `Date` arrives as `string`. */
export type Wire<T> = unknown extends T ? T
  : T extends string | number | boolean | null | undefined ? T
  : T extends { toJSON(): infer J } ? J
  : T extends bigint | symbol | ((...a: never[]) => unknown) ? never
  : T extends object ? { [P in keyof T]: Wire<T[P]> } : T

/** One member of the union per event: for logs and switches. */
export type RoomEvent<K = Kind, C = RegisteredContract> = K extends unknown ? { [E in EventName<K, C>]: { event: E; data: EventData<K, E, C>; offset: number; id: string; at: number; from?: string } }[EventName<K, C>] : never

export interface Member<K = Kind, C = RegisteredContract> { user: string; info: Info; state: StateOf<K, C> | null; connections: number; since: number }
