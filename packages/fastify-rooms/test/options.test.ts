import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryBroker, type RoomsOptions } from '../src/index.js'
import { resolveOptions } from '../src/options.js'
import { buildApp } from './support/test-app.js'

const message = z.object({ text: z.string() })
/** Options as plain JavaScript can pass them. */
const wrong: [string, unknown, string, string?][] = [
  ['an unknown option', { contracts: {} }, 'contracts', 'unknown; there are contract, broker'],
  ['contract', { contract: 7 }, 'contract', 'defineContract'],
  ['a contract that is null', { contract: null }, 'contract', 'every kind is open to everyone'],
  ['broker', { broker: {} }, 'broker', 'memoryBroker(), or redisBroker(client)'],
  ['broker', { broker: null }, 'broker'],
  ['prefix', { prefix: 'api' }, 'prefix', "must start with '/'"],
  ['prefix', { prefix: '/api/' }, 'prefix'],
  ['prefix', { prefix: '/' }, 'prefix'],
  ['prefix', { prefix: '/:tenant' }, 'prefix'],
  ['prefix', { prefix: 7 }, 'prefix'],
  ...['//api', '/a//b', '/a b', '/a%20b', '/api\n'].map((prefix): [string, unknown, string] => ['a prefix that no request could name', { prefix }, 'prefix']),
  ['a namespace without text', { jwt: { namespace: Symbol('x') } }, 'jwt.namespace'],
  ['an origin without text', { origins: [Symbol('x')] }, 'origins'],
  ['jwt', { jwt: 'people' }, 'jwt'],
  ['a misspelt part of jwt', { jwt: { namespce: 'people' } }, 'jwt.namespce', 'there are namespace, verify, user'],
  ['jwt.namespace', { jwt: { namespace: 7 } }, 'jwt.namespace'],
  ['jwt.verify', { jwt: { verify: 7 } }, 'jwt.verify', 'the jwtVerify name given to @fastify/jwt'],
  ['a jwt.verify that @fastify/jwt did not make', { jwt: { verify: 'peopleVerify' } }, 'jwt.verify', 'or pass authenticate'],
  ['jwt.user', { jwt: { user: 'sub' } }, 'jwt.user', 'must be a function'],
  ['authenticate', { authenticate: true }, 'authenticate', 'must be a function'],
  ['authorize', { authorize: 'all' }, 'authorize', 'one function per kind'],
  ['authorize', { authorize: null }, 'authorize'],
  ['authorize that is an instance of a class', { authorize: new (class { chat() { return false } })() }, 'authorize', 'methods of a class would not be asked'],
  ['a contract that is a Map', { contract: new Map([['chat', { access: 'authenticated' }]]) }, 'contract', 'defineContract'],
  ['limits that are a Map', { limits: new Map([['rooms', 1]]) }, 'limits'],
  ['authorize that is a list', { authorize: [] }, 'authorize'],
  ['authorize for a room instead of a kind', { authorize: { 'chat:vip': () => false } }, 'authorize.chat:vip', 'a kind'],
  ['authorize for what no room can be called', { authorize: { Chat: () => false } }, 'authorize.Chat', 'a kind'],
  ['one function of authorize', { authorize: { chat: true } }, 'authorize.chat', 'must be a function'],
  ['authorize for a kind that the contract has not', { contract: { chat: { access: 'authenticated' } }, authorize: { chta: () => true } }, 'authorize.chta', 'it has chat'],
  ['origins', { origins: 'https://app.example.com' }, 'origins', 'must be a list'],
  ['an origin with a path', { origins: ['https://app.example.com/'] }, 'origins', 'scheme, host and port only'],
  ['an origin without a scheme', { origins: ['app.example.com'] }, 'origins', "'app.example.com' is not an origin"],
  ['an origin that is no text', { origins: [7] }, 'origins'],
  ['history', { history: 100 }, 'history'],
  ['history.size', { history: { size: -1 } }, 'history.size', 'whole number from 0 up, but is -1'],
  ['history.size that is null', { history: { size: null } }, 'history.size', 'but is null'],
  ['history.ttlMs that is null', { history: { ttlMs: null } }, 'history.ttlMs'],
  ['history.ttlMs', { history: { ttlMs: 0 } }, 'history.ttlMs'],
  ['a misspelt part of history', { history: { sise: 1 } }, 'history.sise', 'there are size, ttlMs'],
  ['limits', { limits: null }, 'limits'],
  ['an unknown limit', { limits: { messages: 1 } }, 'limits.messages', 'messagesPerSecond'],
  ['a limit that is a text', { limits: { rooms: '5' } }, 'limits.rooms'],
  ['a limit that is a fraction', { limits: { rooms: 1.5 } }, 'limits.rooms', 'but is 1.5'],
  ['a limit without an end', { limits: { rooms: Infinity } }, 'limits.rooms'],
  ['no messages at all', { limits: { messagesPerSecond: 0 } }, 'limits.messagesPerSecond', 'from 1 up'],
  ['a timer longer than timers are', { limits: { unauthenticatedMs: 3e9 } }, 'limits.unauthenticatedMs', 'at most 2147483647 ms'],
  ['batches longer than ws counts', { limits: { batchBytes: 2 ** 31 } }, 'limits.batchBytes', 'at most 2147483647'],
  ['batches smaller than messages', { limits: { messageBytes: 300_000 } }, 'limits.batchBytes', 'raise it, or lower limits.messageBytes'],
  ['a high mark below the low one', { limits: { highWaterBytes: 1 } }, 'limits.highWaterBytes', 'at least limits.lowWaterBytes'],
  ['pingMs', { pingMs: 0 }, 'pingMs', 'from 1 up'],
  ['pingMs', { pingMs: '25s' }, 'pingMs', 'but is 25s'],
  ['pingMs that is null', { pingMs: null }, 'pingMs'],
  ['drainMs', { drainMs: -1 }, 'drainMs'],
  ['drainMs that is null', { drainMs: null }, 'drainMs'],
  ['drainMs longer than timers are', { drainMs: 3e9 }, 'drainMs', 'at most 2147483647 ms'],
  ['presence', { presence: null }, 'presence'],
  ['a misspelt part of presence', { presence: { gracems: 1 } }, 'presence.gracems', 'there are leaseMs, renewMs, graceMs'],
  ['presence.graceMs', { presence: { graceMs: Number.NaN } }, 'presence.graceMs'],
  ['presence.graceMs longer than timers are', { presence: { graceMs: 3e9 } }, 'presence.graceMs', 'at most 2147483647 ms'],
  ['renewals too late for the lease', { presence: { leaseMs: 1_000, renewMs: 600 } }, 'presence.renewMs', 'at most half of presence.leaseMs'],
  ['queryToken', { queryToken: 'no' }, 'queryToken', 'must be true or false'],
  ['a kind with a bad name', { contract: { Chat: { access: 'authenticated' } } }, 'contract.Chat'],
  ['a kind that is no object', { contract: { chat: null } }, 'contract.chat', "at least 'access'"],
  ['a kind without access', { contract: { chat: {} } }, 'contract.chat.access', "'authenticated', 'owner' or 'authorize'"],
  ['a kind with unknown access', { contract: { chat: { access: 'public' } } }, 'contract.chat.access'],
  ['a misspelt part of a kind', { contract: { chat: { access: 'authenticated', event: {} } } }, 'contract.chat.event', 'a kind has events, publish'],
  ['a kind that asks authorize, which is missing', { contract: { chat: { access: 'authorize' } } }, 'contract.chat.access', "has no function for 'chat'"],
  ['a kind that asks authorize, which knows other kinds', { contract: { chat: { access: 'authorize' }, other: { access: 'authenticated' } }, authorize: { other: () => true } }, 'contract.chat.access'],
  ['a contract that is a list', { contract: [{ access: 'authenticated' }] }, 'contract', 'defineContract'],
  ['a kind that asks authorize, which has no function of its own for it', { contract: { constructor: { access: 'authorize' } }, authorize: {} }, 'contract.constructor.access', "has no function for 'constructor'"],
  ['echo', { contract: { chat: { access: 'authenticated', echo: 'no' } } }, 'contract.chat.echo', 'must be true or false'],
  ['events that are no object', { contract: { chat: { access: 'authenticated', events: 7 } } }, 'contract.chat.events', 'one schema for each name'],
  ['signals that are a list', { contract: { chat: { access: 'authenticated', signals: [] } } }, 'contract.chat.signals', 'one schema for each name'],
  ['an event without a name', { contract: { chat: { access: 'authenticated', events: { '': message } } } }, 'contract.chat.events', '1 to 128 characters'],
  ['a publish with a name that is too long', { contract: { chat: { access: 'authenticated', publish: { ['x'.repeat(129)]: message } } } }, 'contract.chat.publish', 'one has 129'],
  ['a kind\'s history that is no object', { contract: { chat: { access: 'authenticated', history: 7 } } }, 'contract.chat.history', 'some of size, ttlMs'],
  ['a misspelt part of a kind\'s history', { contract: { chat: { access: 'authenticated', history: { sise: 1 } } } }, 'contract.chat.history.sise', 'there are size, ttlMs'],
  ['a kind\'s history with null', { contract: { chat: { access: 'authenticated', history: { size: null } } } }, 'contract.chat.history.size'],
  ['unknown presence', { contract: { chat: { access: 'authenticated', presence: 'some' } } }, 'contract.chat.presence', "'full', 'count' or 'off'"],
  ['an event that is no schema', { contract: { chat: { access: 'authenticated', events: { message: { text: 'string' } } } } }, "contract.chat.events['message']", 'typebox() from fastify-rooms/typebox'],
  ['a signal that is no schema', { contract: { chat: { access: 'authenticated', signals: { cursor: null } } } }, "contract.chat.signals['cursor']"],
  ['a state that is no schema', { contract: { chat: { access: 'authenticated', state: 7 } } }, 'contract.chat.state'],
  ['a kind\'s history', { contract: { chat: { access: 'authenticated', history: { size: '5' } } } }, 'contract.chat.history.size'],
]

describe('wrong options fail at boot with FST_ROOMS_OPTIONS, the option\'s name and the cure', () => {
  test.each(wrong)('%s: %j', async (_, options, name, cure = '') => {
    const error = await buildApp(options as RoomsOptions).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining(`option '${name}': `) })
    expect(error).toMatchObject({ message: expect.stringContaining(cure) })
  })
})

describe('without options', () => {
  test('the documented defaults hold', () => {
    expect(resolveOptions({})).toEqual({
      contract: null, broker: null, prefix: '', jwt: { namespace: null, verify: 'jwtVerify', user: null }, authenticate: null, authorize: null, origins: null, queryToken: true,
      history: { size: 100, ttlMs: 300_000 }, presence: { leaseMs: 25_000, renewMs: 8_000, graceMs: 5_000 }, pingMs: 25_000, drainMs: 15_000,
      limits: {
        messageBytes: 65_536, batchBytes: 262_144, messagesPerSecond: 50, rooms: 100, connectionsPerUser: 20, connectionsPerIp: 500, connections: Infinity, members: 200, stateBytes: 1_024,
        historyEvents: 300, unauthenticatedMs: 10_000, badMessages: 3, highWaterBytes: 1_048_576, lowWaterBytes: 65_536,
      },
    })
  })
})

describe('right options boot', () => {
  const right: [string, RoomsOptions][] = [
    ['everything at once', { contract: { chat: { access: 'authorize', events: { message }, history: { size: 0 } } }, broker: memoryBroker(), prefix: '/api/v1', authorize: { chat: () => true }, origins: ['https://app.example.com', 'http://localhost:5173'], history: { size: 0 }, limits: { connections: Infinity, badMessages: 0 }, drainMs: 0, presence: { graceMs: 0 } }],
    ['options left undefined', { contract: undefined, prefix: undefined, limits: { rooms: undefined }, history: { size: undefined } } as unknown as RoomsOptions],
    ['no origins at all', { origins: [] }],
  ]
  test.each(right)('%s', async (_, options) => {
    const app = await buildApp(options)
    await app.ready()
    expect(app.rooms).toBeDefined()
  })
})
