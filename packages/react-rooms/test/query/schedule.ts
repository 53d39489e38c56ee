import * as fc from 'fast-check'
import { vi } from 'vitest'
import { createWorld, type Circumstances } from './world.js'

/** One thing that happens, to the item or request of some number, and the time that then goes by. */
export interface Step { readonly what: string; readonly which: number; readonly ms: number }

const step = (...what: string[]): fc.Arbitrary<Step[]> =>
  fc.record({ what: fc.constantFrom(...what), which: fc.nat(4), ms: fc.constantFrom(0, 0, 1, 20, 250) }).map((one) => [one])
/** Steps that only mean something in this order: `what ms what ms …`, with `some edit` and the like left open. */
const motif = (...what: [string, number][]): fc.Arbitrary<Step[]> =>
  fc.tuple(fc.nat(4), fc.constantFrom('other edits', 'other adds', 'other removes'), fc.constantFrom('mutate', 'mutate add', 'mutate remove')).map(([which, other, own]) =>
    what.map(([name, ms]) => ({ what: name === 'somebody' ? other : name === 'own' ? own : name, which, ms })))

const respond: [string, number][] = [['respond', 0], ['respond', 0], ['respond', 20]]

/** What a connection that recovers makes good without a fetch. */
export const recoverable = fc.oneof(
  { weight: 12, arbitrary: step(
    'other edits', 'other edits', 'other adds', 'other removes', 'mutate', 'mutate', 'mutate add', 'mutate remove', 'serve', 'serve', 'serve unsent', 'refuse',
    'answer', 'answer', 'lose answer', 'refetch', 'next page', 'next page', 'read', 'respond', 'respond', 'respond', 'deliver', 'deliver', 'deliver',
    'cut', 'return', 'return', 'lose', 'leave', 'come back', 'join', 'join',
  ) },
  // A response that was read before what it is then overtaken by; the same for a page.
  { weight: 1, arbitrary: motif(['refetch', 0], ['read', 0], ['somebody', 0], ['deliver', 20], ...respond) },
  { weight: 1, arbitrary: motif(['next page', 0], ['read', 0], ['somebody', 0], ['deliver', 20], ['respond', 20]) },
  // A page that is newer than what the room said so far.
  { weight: 1, arbitrary: motif(['other edits', 0], ['next page', 0], ['respond', 20], ['other edits', 0], ['deliver', 20]) },
  // A response that was read before the room was joined, with what was said since.
  { weight: 1, arbitrary: motif(['read', 0], ['somebody', 0], ['join', 0], ['other edits', 0], ['deliver', 0], ...respond) },
  { weight: 1, arbitrary: motif(['leave', 0], ['somebody', 0], ['deliver', 20], ['come back', 0], ['somebody', 0], ['deliver', 20]) },
  // An own mutation: its event before its answer, or only a skip; a page in between, and then it is refused.
  { weight: 1, arbitrary: motif(['own', 20], ['serve', 0], ['deliver', 20], ['answer', 20]) },
  { weight: 1, arbitrary: motif(['own', 20], ['serve unsent', 0], ['deliver', 20], ['answer', 20]) },
  { weight: 1, arbitrary: motif(['mutate remove', 20], ['next page', 0], ['respond', 20], ['refuse', 0], ['answer', 20]) },
)
/** What only a fetch can make good. */
export const breaking = fc.oneof(
  { weight: 3, arbitrary: step('reset', 'return unrecovered', 'untold', 'skip of nobody', 'serve unsent, lose answer') },
  { weight: 1, arbitrary: motif(['untold', 0], ['deliver', 20], ['read', 0], ['somebody', 0], ['deliver', 20], ...respond) },
  { weight: 1, arbitrary: motif(['next page', 0], ['read', 0], ['untold', 0], ['deliver', 20], ['respond', 20]) },
  { weight: 1, arbitrary: motif(['reset', 0], ['somebody', 0], ['deliver', 20]) },
)
/** What leaves it to the application to fetch again. */
export const failing = fc.oneof(
  { weight: 3, arbitrary: step('fail', 'cancel', 'invalidate', 'write') },
  { weight: 1, arbitrary: motif(['untold', 0], ['deliver', 20], ['fail', 0], ['fail', 0], ['fail', 20], ['next page', 0], ['respond', 20]) },
)
export const schedules = (...weighted: fc.WeightedArbitrary<Step[]>[]): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof(...weighted), { maxLength: 30 }).map((parts) => parts.flat())

export type World = ReturnType<typeof createWorld>

function happen(world: World, { what, which }: Step): void {
  const { room, api, queryClient } = world
  switch (what) {
    case 'other edits': return world.other('edited', which)
    case 'other adds': return world.other('added', which)
    case 'other removes': return world.other('gone', which)
    case 'untold': return world.untold(which)
    case 'mutate': return world.mutate('edited', which)
    case 'mutate add': return world.mutate('added', which)
    case 'mutate remove': return world.mutate('gone', which)
    case 'serve': return world.serve(which % 2)
    case 'serve unsent': return world.serve(which % 2, true)
    case 'serve unsent, lose answer': return world.own[0]?.served === false ? (world.serve(0, true), world.answer(0, true)) : undefined
    case 'refuse': return world.refuse(which % 2)
    case 'answer': return world.answer(which % 2)
    case 'lose answer': {
      const own = world.own.find(({ served }) => served)
      // A skip that finds its mutation given up can only be made good by a fetch.
      return own && own.skippedAt > Number(room.position()?.split(':')[1] ?? 0) ? undefined : world.answer(0, true)
    }
    case 'skip of nobody': return room.skip('nobody')
    case 'refetch': return world.asking(() => void queryClient.refetchQueries())
    case 'next page': return world.nextPage()
    case 'read': return [0, 1, 2, 3].forEach((request) => api.read(request))
    case 'respond': return api.answer(which % (api.waiting || 1))
    case 'fail': return api.fail(which % (api.waiting || 1))
    case 'cancel': return void queryClient.cancelQueries()
    case 'invalidate': return world.asking(() => void queryClient.invalidateQueries())
    // Who writes over invalidated data says that it is right.
    case 'write': return world.states()[0]?.isInvalidated ? undefined : void queryClient.setQueryData(['list'], (list: unknown) => list)
    case 'deliver': return room.deliver()
    case 'join': return room.state === 'joining' ? room.join() : undefined
    case 'cut': return room.state === 'live' ? room.cut() : undefined
    // Without mutations: what is owed when the connection is lost is fetched.
    case 'lose': return room.state === 'live' && world.mutations === 0 ? room.lose() : undefined
    case 'return': return room.lost || room.state === 'catching-up' ? room.back() : undefined
    case 'return unrecovered': return room.state === 'catching-up' ? room.back(false) : undefined
    case 'reset': return room.state === 'live' ? room.reset() : undefined
    case 'leave': return world.leave()
    case 'come back': return room.lost || world.cached().list === undefined ? world.asking(world.observe) : world.observe()
    default: throw new Error(`nobody knows how to ${what}`)
  }
}

/** Plays a schedule, then lets everything come to rest. */
export async function play(schedule: readonly Step[], circumstances: Circumstances): Promise<World> {
  const world = createWorld(circumstances)
  const { room, api } = world
  world.asking(world.observe)
  for (const step of schedule) {
    happen(world, step)
    await vi.advanceTimersByTimeAsync(step.ms)
  }
  if (room.lost || room.state === 'catching-up') room.back()
  world.observe()
  room.eager = true
  if (room.state === 'joining') room.join()
  for (let rounds = 0; rounds < 6; rounds++) {
    while (world.own.length > 0) {
      world.serve(0)
      world.answer(0)
    }
    room.deliver()
    for (let requests = 0; api.waiting > 0; requests++) {
      api.answer()
      if (requests > 50) throw new Error('fetches without end')
      await vi.advanceTimersByTimeAsync(0)
    }
    await vi.advanceTimersByTimeAsync(1_500)
  }
  return world
}

/** Loads the history on; says whether that led to its beginning: a page that was emptied has no item to ask from. */
export async function readOn({ api, pages, cached }: World): Promise<boolean> {
  let wasAsked = false
  while (pages.getCurrentResult().hasNextPage) {
    wasAsked = true
    void pages.fetchNextPage()
    await vi.advanceTimersByTimeAsync(0)
    api.answer()
    await vi.advanceTimersByTimeAsync(20)
  }
  return wasAsked && cached().history!.pages.slice(0, -1).every((page) => page.length > 0)
}
