import * as fc from 'fast-check'
import { vi } from 'vitest'
import { createWorld } from './world.js'

/** One thing that happens, to the item or request of some number, and the time that then goes by. */
export interface Step { readonly what: string; readonly which: number; readonly ms: number }

const steps = (...what: string[]): fc.Arbitrary<Step> =>
  fc.record({ what: fc.constantFrom(...what), which: fc.nat(4), ms: fc.constantFrom(0, 0, 1, 20, 250) })

/** What a connection that recovers makes good without a fetch. */
export const recoverable = steps(
  'other edits', 'other edits', 'other adds', 'other removes', 'mutate', 'mutate', 'mutate add', 'mutate remove', 'serve', 'serve', 'serve unsent', 'refuse',
  'answer', 'answer', 'lose answer', 'refetch', 'next page', 'next page', 'read', 'respond', 'respond', 'respond', 'deliver', 'deliver', 'deliver',
  'cut', 'return', 'return', 'lose', 'leave', 'come back',
)
/** What only a fetch can make good. */
export const breaking = steps('reset', 'return unrecovered', 'untold', 'skip of nobody', 'serve unsent, lose answer')
/** What leaves it to the application to fetch again. */
export const failing = steps('fail', 'cancel', 'invalidate', 'write')

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
    case 'read': return api.read(which)
    case 'respond': return api.answer(which % (api.waiting || 1))
    case 'fail': return api.fail(which % (api.waiting || 1))
    case 'cancel': return void queryClient.cancelQueries()
    case 'invalidate': return world.asking(() => void queryClient.invalidateQueries())
    case 'write': return void queryClient.setQueryData(['list'], (list: unknown) => list)
    case 'deliver': return room.deliver()
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
export async function play(schedule: readonly Step[], stamped = true): Promise<World> {
  const world = createWorld(stamped)
  const { room, api } = world
  world.asking(world.observe)
  for (const step of schedule) {
    happen(world, step)
    await vi.advanceTimersByTimeAsync(step.ms)
  }
  if (room.lost || room.state === 'catching-up') room.back()
  world.observe()
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
