import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  defineContract, roomName,
  type EventData, type EventInput, type EventName, type Input, type Kind, type KindOf, type Member, type Output, type PublishInput, type PublishName, type PublishOutput,
  type RoomEvent, type RoomName, type SendName, type SignalData, type StandardSchemaV1, type StateOf, type Wire,
} from '../src/index.js'

/** Stands for any Standard Schema. */
function schema<I, O = I>(): StandardSchemaV1<I, O> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as O }) } }
}

const order = schema<{ id: string; at: string }, { id: string; at: Date }>()
const contract = defineContract({
  user: { access: 'owner', events: { 'order.updated': order } },
  chat: {
    access: 'authenticated', events: { message: schema<{ text: string }>(), 'order.updated': order }, publish: { message: schema<{ text: string; at: string }, { text: string; at: Date }>() },
    signals: { cursor: schema<{ x: number }>() }, state: schema<{ status: 'here' | 'away' }>(), history: { size: 10, ttlMs: 1_000 },
  },
  floor: { access: 'authorize', presence: 'count', echo: false },
})
type C = typeof contract

describe('defineContract', () => {
  test('gives the contract back', () => {
    const given = { lobby: { access: 'authenticated' } } as const
    expect(defineContract(given)).toBe(given)
  })
  test('refuses misspelt keys and a kind without access', () => {
    // @ts-expect-error `event` is `events`
    defineContract({ user: { access: 'owner', event: { a: order } } })
    // @ts-expect-error access is required
    defineContract({ user: { events: { a: order } } })
    // @ts-expect-error no such access
    defineContract({ user: { access: 'everybody' } })
    expect(Object.keys(contract)).toEqual(['user', 'chat', 'floor'])
  })
})

test('a contract types names and data on both ways', () => {
  expectTypeOf<Kind<C>>().toEqualTypeOf<'user' | 'chat' | 'floor'>()
  expectTypeOf<RoomName<C>>().toEqualTypeOf<'user' | `user:${string}` | 'chat' | `chat:${string}` | 'floor' | `floor:${string}`>()
  expectTypeOf<KindOf<`chat:${string}`, C>>().toEqualTypeOf<'chat'>()
  expectTypeOf<KindOf<'floor', C>>().toEqualTypeOf<'floor'>()
  expectTypeOf<EventName<'chat', C>>().toEqualTypeOf<'message' | 'order.updated'>()
  expectTypeOf<EventName<'floor', C>>().toBeNever()
  expectTypeOf<EventInput<'user', 'order.updated', C>>().toEqualTypeOf<{ id: string; at: string }>()
  expectTypeOf<EventData<'user', 'order.updated', C>>().toEqualTypeOf<{ id: string; at: string }>()
  expectTypeOf<PublishName<'chat', C>>().toEqualTypeOf<'message'>()
  expectTypeOf<PublishInput<'chat', 'message', C>>().toEqualTypeOf<{ text: string; at: string }>()
  expectTypeOf<PublishOutput<'chat', 'message', C>>().toEqualTypeOf<{ text: string; at: Date }>()
  expectTypeOf<SignalData<'chat', 'cursor', C>>().toEqualTypeOf<{ x: number }>()
  expectTypeOf<StateOf<'chat', C>>().toEqualTypeOf<{ status: 'here' | 'away' }>()
  expectTypeOf<Member<'chat', C>['state']>().toEqualTypeOf<{ status: 'here' | 'away' } | null>()
  expectTypeOf<RoomEvent<'user', C>['data']>().toEqualTypeOf<{ id: string; at: string }>()
  expectTypeOf<[Input<typeof order>['at'], Output<typeof order>['at']]>().toEqualTypeOf<[string, Date]>()
})

test('of two kinds, listening may name what either has and sending what both have', () => {
  expectTypeOf<EventName<'user' | 'chat', C>>().toEqualTypeOf<'message' | 'order.updated'>()
  expectTypeOf<SendName<'user' | 'chat', C>>().toEqualTypeOf<'order.updated'>()
})

test('without a contract every kind is open', () => {
  expectTypeOf<Kind>().toEqualTypeOf<string>()
  expectTypeOf<RoomName>().toEqualTypeOf<string>()
  expectTypeOf<EventData<string, string>>().toEqualTypeOf<unknown>()
  // @ts-expect-error an id that may be undefined does not compile
  expect(() => roomName('order', undefined)).toThrow('non-empty string')
})

test('Wire is what JSON makes of a value', () => {
  expectTypeOf<Wire<{ at: Date; list: Date[]; n: number; maybe?: string; none: null }>>().toEqualTypeOf<{ at: string; list: string[]; n: number; maybe?: string; none: null }>()
  expectTypeOf<Wire<unknown>>().toEqualTypeOf<unknown>()
  expectTypeOf<Wire<bigint | symbol | (() => void)>>().toBeNever()
})
