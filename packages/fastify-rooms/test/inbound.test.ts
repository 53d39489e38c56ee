import { describe, expect, test, vi } from 'vitest'
import { memoryBroker } from '../src/index.js'
import { withLinks } from './support/broker-under-test.js'
import { contract } from './support/test-contract.js'
import type { RawClient } from './support/raw-client.js'
import { startServer, type TestServer } from './support/test-server.js'

function nested(depth: number): string {
  return `{"type":"publish","event":"message","data":${'['.repeat(depth)}${']'.repeat(depth)}}`
}

/** Somebody in the same room who must notice nothing. */
async function withNeighbour(server: TestServer): Promise<{ client: RawClient; unharmed: () => Promise<void> }> {
  const [client, neighbour] = [await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a')]
  return {
    client,
    unharmed: async () => {
      expect(await neighbour.publish('message', { text: 'fine' })).toMatchObject({ type: 'ack' })
      expect((await neighbour.next('event')).data).toEqual({ text: 'fine' })
      expect(neighbour.ofType('error')).toEqual([])
      expect(neighbour.ofType('event')).toHaveLength(1)
    },
  }
}

describe('what cannot be read is answered, and the connection stays', () => {
  const bad: [string, string, string, object?][] = [
    ['text that is no JSON', '{oops', 'bad_json'],
    ['an empty message', '', 'bad_json'],
    ['a message of blank lines', '\n \n', 'bad_json'],
    ['a number', '7', 'bad_json'],
    ['null', 'null', 'bad_json'],
    ['an array', '[{"type":"ping"}]', 'bad_json'],
    ['a text', '"ping"', 'bad_json'],
    ['__proto__', '{"type":"ping","__proto__":{"admin":true}}', 'bad_json'],
    ['__proto__ deep inside', '{"type":"publish","event":"message","data":{"a":[{"__proto__":1}]}}', 'bad_json'],
    ['constructor.prototype', '{"type":"ping","constructor":{"prototype":{}}}', 'bad_json'],
    ['depth over 32', nested(32), 'bad_json'],
    ['26: depth of 20,000', nested(20_000), 'bad_json'],
    ['a number beyond a double', '{"type":"publish","event":"message","data":1e999}', 'bad_json'],
    ['no type', '{"room":"chat:a"}', 'unknown_type', { room: 'chat:a' }],
    ['a type that is no text', '{"type":7}', 'unknown_type'],
    ['an unknown type', '{"type":"dance","id":"d-1"}', 'unknown_type', { id: 'd-1' }],
    ['a type that every object has', '{"type":"constructor"}', 'unknown_type'],
    ['a type of the server', '{"type":"welcome"}', 'unknown_type'],
    ['a publish without an event', '{"type":"publish","data":{}}', 'bad_request'],
    ['an event that is no text', '{"type":"publish","event":7}', 'bad_request'],
    ['an event name that is too long', `{"type":"publish","event":"${'x'.repeat(129)}"}`, 'bad_request'],
    ['an id of other characters', '{"type":"publish","event":"message","id":"a b"}', 'bad_request'],
    ['an id that is a number', '{"type":"publish","event":"message","id":7}', 'bad_request'],
    ['a trace that is too long', `{"type":"publish","event":"message","trace":"${'x'.repeat(513)}"}`, 'bad_request'],
    ['a room name that is none', '{"type":"join","room":"Chat:a"}', 'bad_request'],
    ['a room that is no text', '{"type":"join","room":{}}', 'bad_request'],
    ['a room called __proto__', '{"type":"join","room":"__proto__"}', 'bad_request'],
    ['a join without a room', '{"type":"join"}', 'bad_request'],
    ['a position that is no text', '{"type":"join","room":"chat:a","position":7}', 'bad_request', { room: 'chat:a' }],
    ['a negative rewind', '{"type":"join","room":"chat:a","rewind":-1}', 'bad_request'],
    ['a fractional rewind', '{"type":"join","room":"chat:a","rewind":1.5}', 'bad_request'],
    ['typing that is no boolean', '{"type":"typing","on":"yes"}', 'bad_request'],
    ['a presence without state', '{"type":"presence"}', 'bad_request'],
    ['auth without a token', '{"type":"auth"}', 'bad_request'],
    ['auth with an empty token', '{"type":"auth","token":""}', 'bad_request'],
    ['data that the schema refuses', '{"type":"publish","event":"message","data":{"text":""},"id":"m-1"}', 'invalid_data', { id: 'm-1', issues: [{ path: 'text', message: expect.any(String) }] }],
    ['an object over limits.messageBytes', `{"type":"publish","event":"message","data":{"text":"${'x'.repeat(66_000)}"}}`, 'too_large'],
    ['one that is over it in bytes only', `{"type":"publish","event":"message","data":{"text":"${'é'.repeat(33_000)}"}}`, 'too_large'],
  ]
  test.each(bad)('%s', async (_, text, code, more = {}) => {
    const server = await startServer({ contract })
    const { client, unharmed } = await withNeighbour(server)
    client.send(text)
    expect(await client.next('error')).toMatchObject({ type: 'error', code, message: expect.stringMatching(/.{10}/), ...more })
    expect(client.ofType('error')).toHaveLength(1)
    await unharmed()
    await client.settled()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
  test('the good objects of a message are carried out, those around a bad one too', async () => {
    const server = await startServer({ contract })
    const { client } = await withNeighbour(server)
    client.send({ type: 'publish', event: 'message', data: { text: '1' }, id: 'm-1' }, '{oops', '', { type: 'publish', event: 'message', data: { text: '2' }, id: 'm-2' })
    await client.next('ack', ({ id }) => id === 'm-2')
    expect([client.ofType('ack').length, client.ofType('error').length]).toEqual([2, 1])
  })
  test('fields that the protocol does not know are ignored', async () => {
    const server = await startServer({ contract })
    const { client } = await withNeighbour(server)
    client.send('{"type":"publish","event":"message","data":{"text":"x"},"id":"m-1","from":"bo","offset":99,"admin":true}')
    await client.next('ack')
    expect(await client.next('event')).toMatchObject({ from: 'ana', offset: 1 })
  })
})

describe('what ends the connection', () => {
  test('the fourth unreadable message within 10 s: 4013', async () => {
    const server = await startServer({ contract })
    const { client, unharmed } = await withNeighbour(server)
    client.send('{oops')
    client.send('{oops', '{oops')
    for (let n = 0; n < 3; n++) await client.next('error')
    client.send({ type: 'ping' }, '{oops', { type: 'publish', event: 'message', data: { text: 'too late' } })
    expect(await client.next('bye')).toEqual({ type: 'bye', code: 4013, reason: 'more than limits.badMessages (3) unreadable messages in 10 s', retry: 'never' })
    expect((await client.closed).code).toBe(4013)
    await unharmed()
  })
  test('wrong fields and unknown types are no unreadable messages', async () => {
    const server = await startServer({ contract })
    const { client } = await withNeighbour(server)
    client.send(...Array<string>(20).fill('{"type":"dance"}'), ...Array<string>(20).fill('{"type":"typing","on":7}'))
    for (let n = 0; n < 40; n++) await client.next('error')
    await client.settled()
  })
  test('a binary message: 1003', async () => {
    const server = await startServer({ contract })
    const { client, unharmed } = await withNeighbour(server)
    client.socket.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await client.next('bye')).toMatchObject({ code: 1003, retry: 'never' })
    expect((await client.closed).code).toBe(1003)
    await unharmed()
  })
  test('text that is not UTF-8: 1007', async () => {
    const server = await startServer({ contract })
    const { client, unharmed } = await withNeighbour(server)
    client.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false })
    expect((await client.closed).code).toBe(1007)
    await unharmed()
  })
  test('a message over limits.batchBytes: 1009', async () => {
    const server = await startServer({ contract })
    const { client, unharmed } = await withNeighbour(server)
    client.socket.send('x'.repeat(262_145))
    expect((await client.closed).code).toBe(1009)
    await unharmed()
  })
})

describe('a broker that breaks', () => {
  test('while a message is handled, at once or later, costs that message only', async () => {
    const failing = vi.fn<() => never>().mockImplementation(() => { throw new Error('broken') })
    const server = await startServer({ broker: withLinks(memoryBroker(), (link) => ({ broadcast: failing, setPresence: (room, lease) => (lease.state === 'break' ? failing() : link.setPresence(room, lease)) })) })
    const client = await server.join('ana', 'lobby')
    client.send({ type: 'typing', on: true }, { type: 'typing', on: false }, { type: 'signal', signal: 's', data: 1 }, { type: 'presence', state: 'break' })
    expect(await client.publish('note', 1)).toMatchObject({ type: 'ack' })
    expect(failing).toHaveBeenCalledTimes(4)
  })
  test('while a connection ends, ends it all the same', async () => {
    let ended: () => void = () => {}
    const gone = new Promise<void>((resolve) => { ended = resolve })
    const server = await startServer({ broker: withLinks(memoryBroker(), () => ({ broadcast: () => { throw new Error('broken') } })) }, { after: (app) => app.rooms.addHook('onDisconnect', () => ended()) })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'a' }, { type: 'join', room: 'b' }, { type: 'typing', room: 'a', on: true })
    await client.settled()
    client.socket.terminate()
    await gone
    expect(server.app.rooms.stats()).toMatchObject({ connections: 0, users: 0 })
  })
})

describe('ping and pong', () => {
  test('ping is answered by pong, pong by nothing', async () => {
    const server = await startServer()
    const client = await server.connect('ana')
    client.send({ type: 'pong' }, { type: 'ping' })
    expect(await client.next('pong')).toEqual({ type: 'pong' })
    expect(client.frames.map(({ type }) => type)).toEqual(['welcome', 'pong'])
  })
})
