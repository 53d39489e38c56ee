import { once } from 'node:events'
import * as fc from 'fast-check'
import { ERROR_CODES, type ServerFrame } from 'rooms-protocol'
import { expect, onTestFinished, test } from 'vitest'
import type { RoomsOptions } from '../../src/index.js'
import { FULL } from '../faults/scale.js'
import type { RawClient } from '../support/raw-client.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { ANSWERS, contractOf, type HandlerKind, HANDLERS, name, type SchemaKind, wildKind, type WildKind } from './wild-contracts.js'

const RUNS = FULL ? 1_000 : 60
/** Take the seed of a failed run to see it again. */
const SEED = Number(process.env['ROOMS_SEED'] ?? Date.now() % 2 ** 31)
const FRAMES: readonly ServerFrame['type'][] = ['welcome', 'joined', 'left', 'event', 'skip', 'signal', 'presence', 'members', 'typing', 'reset', 'live', 'ack', 'error', 'ping', 'pong', 'bye']
const CODES: readonly string[] = ERROR_CODES

/** What the door takes: keys that change prototypes are refused before anybody reads an id. */
const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('"__proto__"'))
/** What a client says in the room: names that the contract has, by their place, or any other. */
const saying = fc.record({ what: fc.constantFrom('publish', 'publish', 'publish', 'signal', 'presence', 'members', 'typing'), called: fc.oneof({ weight: 4, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: name }), data: json })
type Saying = typeof saying extends fc.Arbitrary<infer S> ? S : never

/** What nobody caught while the test runs. */
function uncaught(): unknown[] {
  const faults: unknown[] = []
  const note = (error: unknown): void => { faults.push(error) }
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, note)
    onTestFinished(() => { process.off(event, note) })
  }
  return faults
}

async function start(wild: WildKind): Promise<TestServer> {
  const options = {
    contract: contractOf(wild),
    authorize: Object.fromEntries([[wild.kind, ({ action }: { action: string }) => ANSWERS[action === 'join' ? wild.join : wild.later]()]]),
    authenticate: async (_: unknown, token: string | null) => ({ id: token! }),
    limits: { messagesPerSecond: 1_000 },
  } as unknown as RoomsOptions
  return startServer(options, { jwt: false, after: (app) => {
    for (const [handled, does] of wild.handlers) app.rooms.handle(wild.kind as never, handled as never, (({ data }: { data: unknown }) => HANDLERS[does](data)) as never)
  } })
}

/** Joins, and says whether it is in now; it must not be where nobody let it in. */
async function enter(client: RawClient, { join, later, access }: WildKind, room: string): Promise<boolean> {
  client.send({ type: 'join', room })
  while (client.ofType('joined').length + client.ofType('left').length === 0) await once(client.socket, 'message')
  const isIn = client.ofType('joined').length > 0
  const isLetIn = join === 'yes' || join === 'grants nothing' || (join === 'ask the contract' && (access === 'authenticated' || (access === 'owner' && room.endsWith(':ana'))))
  // A join asks about presence and history as well.
  if (later !== 'throws' && later !== 'rejects') expect(isIn).toBe(isLetIn)
  else if (!isLetIn) expect(isIn).toBe(false)
  return isIn
}

/** Says it, and resolves with the answer to a publish. */
async function say(client: RawClient, wild: WildKind, room: string, isIn: boolean, { what, called, data }: Saying): Promise<void> {
  const names = what === 'signal' ? wild.signals : wild.publish
  const chosen = typeof called === 'string' ? called : ([...names.keys()][called] ?? 'nobody knows it')
  switch (what) {
    case 'publish': return expectAnswered(await client.publish(chosen, data, { room }), wild, chosen, isIn)
    case 'signal': return client.send({ type: 'signal', signal: chosen, data, room })
    case 'presence': return client.send({ type: 'presence', state: data, room })
    case 'members': return client.send({ type: 'members', room })
    case 'typing': return client.send({ type: 'typing', on: data === true, room })
    default: throw new Error(what)
  }
}

const REFUSING: readonly (SchemaKind | undefined)[] = ['refuses', 'refuses later']
const TAKING: readonly (SchemaKind | undefined)[] = ['takes', 'takes later']
const WORKING: readonly (HandlerKind | undefined)[] = ['echoes', 'answers nothing', undefined]

function expectAnswered(answer: { readonly type: string; readonly code?: string }, { publish, events, handlers, later, join }: WildKind, chosen: string, isMember: boolean): void {
  const does = publish.get(chosen)
  if (!isMember) return expect(answer).toMatchObject({ type: 'error', code: 'not_joined' })
  if (does === undefined) return expect(answer).toMatchObject({ type: 'error', code: 'forbidden' })
  if (join === 'yes' && later === 'yes' && REFUSING.includes(does)) return expect(answer).toMatchObject({ type: 'error', code: 'invalid_data' })
  if (join === 'grants nothing' || (join === 'yes' && ['no', 'nonsense', 'grants nothing'].includes(later))) return expect(answer).toMatchObject({ type: 'error', code: 'forbidden' })
  if (join === 'yes' && later === 'yes' && TAKING.includes(does) && TAKING.includes(events.get(chosen) ?? 'takes') && WORKING.includes(handlers.get(chosen))) return expect(answer).toMatchObject({ type: 'ack' })
  if (answer.type === 'error') expect(CODES).toContain(answer.code)
  else expect(answer.type).toBe('ack')
}

test(`any of ${RUNS} contracts, with schemas, handlers and permissions that work or do not: each publish is answered, in words of the protocol, and nothing comes up uncaught`, async () => {
  const faults = uncaught()
  let answers = 0
  await fc.assert(fc.asyncProperty(wildKind, fc.constantFrom('', ':ana', ':other'), fc.array(saying, { minLength: 1, maxLength: 12 }), async (wild, id, sayings) => {
    const server = await start(wild)
    const room = `${wild.kind}${id}`
    const [client, neighbour] = [await server.connect('ana'), await server.connect('bo')]
    const isIn = await enter(client, wild, room)
    await Promise.all(sayings.map((each) => say(client, wild, room, isIn, each)))
    answers += sayings.length
    await client.settled()
    await neighbour.settled()
    for (const { type } of [...client.frames, ...neighbour.frames]) expect(FRAMES).toContain(type)
    for (const { code, message } of client.ofType('error')) {
      expect(CODES).toContain(code)
      // Nothing of the inside.
      expect(message).not.toMatch(/a schema|a handler|authorize$/)
    }
    expect([client, neighbour].map(({ socket }) => socket.readyState)).toEqual([1, 1])
    await server.app.close()
  }), { seed: SEED, numRuns: RUNS, endOnFailure: true })
  process.stdout.write(`fuzz, contracts: ${RUNS} of them, ${answers} messages, seed ${SEED}\n`)
  expect(faults).toEqual([])
}, FULL ? 600_000 : 60_000)
