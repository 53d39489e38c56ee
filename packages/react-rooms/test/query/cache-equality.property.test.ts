import * as fc from 'fast-check'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { breaking, failing, play, readOn, recoverable, schedules, type Step, type World } from './schedule.js'
import type { Item } from './world.js'

const seed = Number(process.env['ROOMS_SEED'] ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env['ROOMS_RUNS'] ?? 1_000)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
afterAll(() => void process.stdout.write(`cache equality: ${numRuns} schedules for each of 3 properties, ROOMS_SEED=${seed}\n`))

/** Plays many schedules and judges how each ends. */
async function hold(all: fc.Arbitrary<Step[]>, stamped: fc.Arbitrary<boolean>, judge: (world: World) => unknown): Promise<void> {
  await fc.assert(fc.asyncProperty(all, fc.record({ stamped, late: fc.boolean(), shared: fc.boolean() }), async (schedule, circumstances) => {
    const world = await play(schedule, circumstances)
    try {
      await judge(world)
    } finally {
      world.end()
      vi.clearAllTimers()
    }
  }), { seed, numRuns })
}

/** Without a position nobody can tell whether an event around a fetch is in its result: only words on whole lists bear both. */
function expectEqual({ api: { data, stamped }, cached }: World, { list, done, history } = { list: true, done: true, history: true }): void {
  if (list) expect(cached().list).toEqual(data.items)
  if (done && stamped) expect(cached().done).toBe(data.done)
  const items = cached().history?.pages.toReversed().flat() ?? []
  if (history && stamped) expect(items).toEqual(data.items.slice(data.items.length - items.length))
}

async function expectWhole(world: World): Promise<void> {
  const isWhole = await readOn(world)
  expectEqual(world)
  if (isWhole && world.api.stamped) expect(world.cached().history?.pages.flat()).toHaveLength(world.api.data.items.length)
}

/** Throws if an item of which something newer was shown was shown older, or was shown again after it was gone. */
function expectForward(lists: readonly (readonly Item[])[], { taken, doubtful }: World, isWhole: boolean): void {
  const newest = new Map<string, number>()
  for (const list of lists) {
    const ages = new Map(list.map(({ id, n }) => [id, taken.get(id)?.indexOf(n) ?? 0]))
    if (isWhole) for (const id of newest.keys()) if (!ages.has(id)) ages.set(id, Infinity)
    for (const [id, age] of ages) {
      if (doubtful.has(id)) continue
      expect(age, `${id} went back to what it was before`).toBeGreaterThanOrEqual(newest.get(id) ?? 0)
      newest.set(id, age)
    }
  }
}

test('whatever happens in whatever order, with stamped responses or without, every cache ends equal to the database', { timeout: 120_000 }, async () => {
  await hold(schedules({ weight: 9, arbitrary: recoverable }, { weight: 1, arbitrary: breaking }), fc.boolean(), async (world) => {
    expectEqual(world)
    for (const state of world.states()) expect(state).toMatchObject({ isInvalidated: false, status: 'success' })
    await expectWhole(world)
  })
})

test('whatever fails besides, every cache ends equal to the database or says that it may not be', { timeout: 120_000 }, async () => {
  await hold(schedules({ weight: 8, arbitrary: recoverable }, { weight: 1, arbitrary: breaking }, { weight: 1, arbitrary: failing }), fc.boolean(), (world) => {
    const [list, done, history] = world.states().map((state) => state?.data !== undefined && !state.isInvalidated)
    expectEqual(world, { list: list!, done: done!, history: history! })
  })
})

test('while the room recovers nothing is fetched but what was asked for, and nothing goes back to what it was before', { timeout: 120_000 }, async () => {
  await hold(schedules({ weight: 1, arbitrary: recoverable }), fc.constant(true), async (world) => {
    const { shown } = world
    expectEqual(world)
    if (!world.torn) expect(world.unasked()).toBe(0)
    expectForward(shown.list, world, true)
    expectForward(shown.history, world, false)
    // What is fetched may hold a mutation whose event is still to come.
    if (world.mutations === 0) expect(shown.done).toEqual(shown.done.toSorted((a, b) => a - b))
    await expectWhole(world)
  })
})
