import { describe, expect, test } from 'vitest'
import { contract } from '../support/test-contract.js'
import { startServer } from '../support/test-server.js'
import { INTRUDER, settleIn } from './neighbour.js'
import { MISSING, nameOf, SAMPLES, withField, WRONG_DATA, WRONG_TYPES } from './wrong-fields.js'

/** The subject is each single refusal, not how many are borne. */
const PATIENT = { messagesPerSecond: 10_000, badMessages: 10_000 }

/** Sends each text from inside the room: one error with this code for each, nothing else, and the neighbour is unharmed after each. */
async function expectRefused(rows: readonly (readonly [name: string, text: string])[], code: string): Promise<void> {
  const server = await startServer({ contract, limits: PATIENT })
  const neighbour = await settleIn(server)
  const client = await server.connect(INTRUDER)
  client.send({ type: 'join', room: 'chat:a' })
  await client.next('joined')
  await client.settled()
  for (const [name, text] of rows) {
    const before = client.frames.length
    client.send(text)
    const answer = await client.next('error')
    expect([name, answer.code]).toEqual([name, code])
    expect(answer.message.length).toBeLessThan(400)
    await neighbour.unharmed()
    await client.settled()
    expect(client.frames.slice(before).filter(({ type }) => type !== 'event' && type !== 'pong' && type !== 'presence')).toEqual([answer])
  }
}

const cases = Object.entries(SAMPLES).flatMap(([type, { frame, wrong }]) => Object.entries(wrong).map(([field, values]) => ({ type, field, frame, values })))

describe('over a WebSocket each wrong field is answered by bad_request and touches nobody else', () => {
  test.each(cases)('$type: $field', async ({ frame, field, values }) => {
    await expectRefused(values.map((value) => [nameOf(value), JSON.stringify(withField(frame, field, value))]), 'bad_request')
  })
  test('the type itself: unknown_type', async () => {
    await expectRefused(WRONG_TYPES.map((value) => [nameOf(value), JSON.stringify(withField(SAMPLES.publish.frame, 'type', value))]), 'unknown_type')
  })
})

describe('over a WebSocket what the contract refuses is answered by invalid_data and touches nobody else', () => {
  test.each([['publish', 'data'], ['signal', 'data'], ['presence', 'state']] as const)('%s: %s', async (type, field) => {
    await expectRefused(WRONG_DATA[type].filter((value) => type !== 'presence' || value !== MISSING).map((value) => [nameOf(value), JSON.stringify(withField(SAMPLES[type].frame, field, value))]), 'invalid_data')
  })
  test('a presence state over limits.stateBytes is too_large', async () => {
    await expectRefused([['state', JSON.stringify({ type: 'presence', room: 'chat:a', state: { status: 'x'.repeat(2_000) } })]], 'too_large')
  })
  test('an unknown event or signal is forbidden, whatever its name', async () => {
    const names = ['nope', '__proto__', 'constructor', 'toString', '\ud800', '\0', 'edited', 'message ', 'x'.repeat(128)]
    await expectRefused(names.flatMap((name) => [{ type: 'publish', event: name, room: 'chat:a' }, { type: 'signal', signal: name, room: 'chat:a' }]).map((frame) => [nameOf(frame), JSON.stringify(frame)]), 'forbidden')
  })
})

describe('over a WebSocket text that is no object is answered by bad_json and touches nobody else', () => {
  test.each(Object.entries(SAMPLES))('%s, mutilated', async (_, { frame }) => {
    const text = JSON.stringify(frame)
    await expectRefused([
      ['cut in the middle', text.slice(0, -7)],
      ['without its end', text.slice(0, -1)],
      ['twice', text + text],
      ['in an array', `[${text}]`],
      ['as a text', JSON.stringify(text)],
      ['in single quotes', text.replaceAll('"', "'")],
      ['with a comma too many', text.replace('}', ',}')],
      ['with a comment', `/* */${text}`],
      ['behind a byte order mark of its own', `\ufeff\ufeff${text}`],
      ['with a control character', text.replace('room', 'ro\u0001om').replace('token', 'to\u0001ken')],
      ['with NaN', text.replace('{', '{"n":NaN,')],
      ['with a number beyond a double', text.replace('{', '{"n":1e999,')],
      ['with __proto__', text.replace('{', '{"__proto__":{"type":"ping"},')],
      ['with __proto__, escaped', text.replace('{', String.raw`{"\u005f\u005fproto__":null,`)],
      ['with constructor.prototype', text.replace('{', '{"constructor":{"prototype":{"on":true}},')],
      ['33 deep', text.replace('{', `{"deep":${'['.repeat(32)}${']'.repeat(32)},`)],
      ['30,000 deep', text.replace('{', `{"deep":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)},`)],
    ], 'bad_json')
  })
})

describe('a position that is none', () => {
  test('joins all the same, says that it did not recover, and touches nobody else', async () => {
    const server = await startServer({ contract, limits: PATIENT })
    const neighbour = await settleIn(server)
    const client = await server.connect(INTRUDER)
    for (const position of ['', 'rubbish', '::', 'e:1', 'e:1:aaaaaaaa:b', 'e:-1:aaaaaaaa', 'e:1e3:aaaaaaaa', 'e:0x1:aaaaaaaa', 'e:99999999999999999999:aaaaaaaa', 'e:01:aaaaaaaa', 'é:1:aaaaaaaa', '__proto__:1:aaaaaaaa', 'e:1:aaaaaaaa\r\n', '\0:0:-', '\ud800', 'x'.repeat(60_000)]) {
      client.send(JSON.stringify({ type: 'join', room: 'chat:a', position }))
      expect([position.slice(0, 40), (await client.next('joined')).recovered]).toEqual([position.slice(0, 40), false])
      await neighbour.unharmed()
    }
  })
  test('in the address, where it is given twice as well', async () => {
    const server = await startServer({ contract })
    for (const query of ['?position=rubbish', '?position=', '?position=e:1:aaaaaaaa&position=e:1:aaaaaaaa']) expect([query, (await server.enter(INTRUDER, 'chat:a', { query })).joined]).toMatchObject([query, { recovered: false, reason: 'invalid' }])
  })
})

test('halves of surrogate pairs pass in data as what JSON writes for them, and everyone gets the same', async () => {
  const server = await startServer({ contract })
  const [client, other] = [await server.join(INTRUDER, 'chat:a'), await server.join('bo', 'chat:a')]
  expect(await client.publish('message', { text: 'a\ud800b\udfff' })).toMatchObject({ type: 'ack' })
  expect((await other.next('event')).data).toEqual({ text: 'a\ud800b\udfff' })
  expect(other.messages.at(-1)).toContain(String.raw`a\ud800b\udfff`)
  expect((await server.app.rooms.history('chat:a'))[0]).toMatchObject({ data: { text: 'a\ud800b\udfff' } })
})
