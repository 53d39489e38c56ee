import fc from 'fast-check'
import { expect, vi } from 'vitest'
import { FULL } from '../faults/scale.js'
import type { Follower } from './follower.js'
import type { World } from './world.js'

/** How long everything may take to be whole again once nothing is broken any more. */
const SETTLE_MS = 20_000

/** Take the seed of a failed run to see it again. */
export const SEED = Number(process.env['ROOMS_MODEL_SEED'] ?? Date.now() % 2 ** 31)
/** Each attempt to shorten a sequence that fails waits for what never comes, half an hour in all: the shortest by then is told. */
const TRIED_MS = FULL ? 300_000 : 60_000
/** What a test of `whateverHappens` may take. */
export const MODEL_MS = TRIED_MS + 60_000

/** What the model knows. */
interface Model {
  /** How many events were sent. */
  sent: number
  /** Those that nobody waited for. */
  readonly unseen: Promise<unknown>[]
  /** Whether something was lost that only the next event, or a look a minute later, can show. */
  silent: boolean
}
type Act = (world: World, model: Model) => Promise<void>

/** The same, and nobody is told. */
const silently = (act: Act): Act => (world, model) => {
  model.silent = true
  return act(world, model)
}

/** One thing that happens, named as fast-check shows it when a sequence fails. */
class Command implements fc.AsyncCommand<Model, World> {
  readonly #name: string
  readonly #act: Act
  constructor(name: string, act: Act) {
    this.#name = name
    this.#act = act
  }

  check(): boolean { return true }
  run(model: Model, world: World): Promise<void> { return this.#act(world, model) }
  toString(): string { return this.#name }
}

const node = fc.nat(1)
const client = fc.nat(2)

const publish = fc.tuple(node, fc.integer({ min: 1, max: 10 })).map(([at, count]) => new Command(`publish ${count} on ${at}`, async (world, model) => {
  await Promise.all(Array.from({ length: count }, () => world.send(at, `id-${++model.sent}`)))
}))
const publishAgain = node.map((at) => new Command(`publish the last again on ${at}`, async (world, model) => {
  if (model.sent > 0) await world.send(at, `id-${model.sent}`)
}))
const publishUnseen = fc.tuple(node, fc.integer({ min: 1, max: 8 })).map(([at, count]) => new Command(`begin to publish ${count} on ${at}`, async (world, model) => {
  for (let i = 0; i < count; i++) model.unseen.push(world.send(at, `id-${++model.sent}`))
}))
const connect = fc.tuple(client, node).map(([who, at]) => new Command(`client ${who} resumes on ${at}`, async (world) => world.followers[who]!.connect(world.url(at))))
const cutClient = client.map((who) => new Command(`cut client ${who}`, async (world) => world.followers[who]!.cut()))
const rejoin = client.map((who) => new Command(`client ${who} joins again`, async (world) => world.followers[who]!.rejoin()))
const cutSubscriber = node.map((at) => new Command(`cut the subscriber of ${at}`, (world) => world.cutSubscriber(at)))
const loseEvents = fc.tuple(node, fc.integer({ min: 1, max: 3 })).map(([at, count]) => new Command(`lose ${count} events on the way to ${at}`, silently((world) => world.loseEvents(at, count))))
const killNode = node.map((at) => new Command(`kill node ${at}`, (world) => world.killNode(at)))
const trim = fc.constant(new Command('trim', (world) => world.trim()))
const deleteMeta = fc.constant(new Command('delete meta', silently((world) => world.deleteMeta())))
const restart = node.map((at) => new Command(`begin anew on ${at}`, (world) => world.restart(at)))
const remember = fc.constant(new Command('a replica lags from here', (world) => world.remember()))
const goBack = fc.constant(new Command('that replica takes over', silently((world) => world.goBack())))

/** Sequences of what can happen; events and clients most of the time. */
const happenings = fc.commands([
  publish, publish, publishUnseen, publishUnseen, publishUnseen, connect, connect, connect, connect, rejoin, rejoin, cutClient, publishAgain,
  cutSubscriber, cutSubscriber, loseEvents, killNode, trim, deleteMeta, restart, remember, goBack,
], { maxCommands: 40, size: '+1' })

/** Tries so many sequences, each in a world of its own. */
export async function whateverHappens(runs: number, worldOf: (seed: number) => Promise<World>): Promise<void> {
  let sequences = 0
  await fc.assert(fc.asyncProperty(fc.nat(), happenings, async (seed, sequence) => {
    sequences++
    await happen(await worldOf(seed), sequence)
  }), { seed: SEED, numRuns: runs, plugins: [fc.interruptAfterTimeLimit(TRIED_MS, { failOnInterrupt: true })] })
  expect(sequences).toBeGreaterThanOrEqual(runs)
}

/** Lets a sequence happen; then everything must become whole, and nothing that a client applied may be wrong. */
async function happen(world: World, sequence: Iterable<fc.AsyncCommand<Model, World>>): Promise<void> {
  let leave = world.followers.map((follower) => () => follower.cut())
  try {
    const model: Model = { sent: 0, unseen: [], silent: false }
    await fc.asyncModelRun(() => ({ model, real: world }), sequence)
    await Promise.all([world.heal(), ...model.unseen])
    leave = world.followers.map((follower, i) => follower.stay(world.url(i % 2)))
    const silent = async (wait: (follower: Follower) => Promise<void>): Promise<string[]> => (await Promise.all(world.followers.map((follower) => wait(follower).then(() => [], (error: Error) => [error.message])))).flat()
    const strangers = await silent((follower) => follower.joined(SETTLE_MS))
    const now = await world.position()
    const behind = model.silent ? [] : await silent((follower) => follower.reaches(now, SETTLE_MS))
    await vi.waitFor(() => taken(world, 0, 'last'), { timeout: SETTLE_MS })
    const end = await vi.waitFor(() => taken(world, 1, 'end'), { timeout: SETTLE_MS })
    const late = await silent((follower) => follower.reaches(end, SETTLE_MS))
    const problems = [...strangers, ...behind, ...late, ...world.followers.flatMap((follower) => world.log.problems(follower))]
    expect(problems, world.followers.map(({ user, story }) => `${user}: ${story.join(' ')}`).join('\n')).toEqual([])
  } finally {
    for (const end of leave) end()
  }
}

async function taken(world: World, node: number, id: string): Promise<string> {
  const position = await world.send(node, id)
  if (position === null) throw new Error(`node ${node} does not take events`)
  return position
}
