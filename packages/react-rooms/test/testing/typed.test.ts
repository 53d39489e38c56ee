import { defineContract, type Schema, type StandardSchemaV1 } from 'rooms-protocol'
import { expect, expectTypeOf, test } from 'vitest'
import { createMockRooms, type MockRooms } from '../../src/testing/index.js'

/** A schema of some library: only its types matter here. */
const schema = <I, O = I>(): StandardSchemaV1<I, O> => ({ '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as O }) } }) satisfies Schema as StandardSchemaV1<I, O>

const contract = defineContract({
  user: { access: 'owner', events: { 'order.updated': schema<{ id: string; at: string }, { id: string; at: Date }>() } },
  chat: {
    access: 'authenticated', events: { message: schema<{ id: string; text: string }>() }, publish: { message: schema<{ text: string }>(), 'message.read': schema<number>() },
    signals: { cursor: schema<{ x: number }>() }, state: schema<{ status: 'here' | 'away' }>(),
  },
})
type Rooms = MockRooms<typeof contract>

test('the kit knows the contract', () => {
  const rooms = createMockRooms<typeof contract>()
  const chat = rooms.room('chat:1')
  // The server validates and encodes; a test says what reaches the component.
  expect(rooms.room('user:ana').send('order.updated', { id: '1', at: '2026-01-01T00:00:00Z' }).position).toBe(rooms.room('user:ana').position())
  chat.onPublish('message', ({ text }, { id, user }) => ({ id, text: `${user}: ${text}` }))
  chat.onPublish('message', (_, { refuse }) => refuse('rude'))
  chat.onPublish('message', async () => undefined)
  chat.onPublish('message.read', (upTo, { answer }) => answer(upTo + 1))
  chat.join('bo', { state: { status: 'away' } })
  chat.grant({ publish: ['message'], signal: ['*'] })
  chat.hold('message').waiting.map(({ data }) => data.text)
  rooms.client.room('chat:1').on('message', ({ text }) => text)

  expectTypeOf<Parameters<Rooms['room']>[0]>().toEqualTypeOf<'user' | `user:${string}` | 'chat' | `chat:${string}`>()
  expectTypeOf(chat.send<'message'>).parameter(1).toEqualTypeOf<{ id: string; text: string }>()
  expectTypeOf(chat.signal<'cursor'>).parameter(1).toEqualTypeOf<{ x: number }>()
  expectTypeOf(chat.members).returns.items.toExtend<{ state: { status: 'here' | 'away' } | null }>()
  expectTypeOf(rooms.received<'publish'>).returns.items.toHaveProperty('event')
  expectTypeOf(chat.send).parameter(0).toEqualTypeOf<'message'>()
  expectTypeOf(chat.onPublish).parameter(0).toEqualTypeOf<'message' | 'message.read'>()
  expectTypeOf(chat.signal).parameter(0).toEqualTypeOf<'cursor'>()
  expectTypeOf(rooms.room('user:ana').onPublish).parameter(0).toEqualTypeOf<never>()
})

test('without a contract every name is open', () => {
  expectTypeOf(createMockRooms().room).parameter(0).toEqualTypeOf<string>()
  expect(createMockRooms().room('lobby').send('anything', { at: 1 }).id).not.toBe('')
})
