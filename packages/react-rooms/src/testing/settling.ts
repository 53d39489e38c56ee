import { RoomsUsageError } from '../client/errors.js'
import { actedThrough, microtasks } from './acting.js'
import type { MockClock } from './mock-clock.js'
import type { MockServer } from './mock-server.js'
import type { Watched } from './watch-client.js'

interface Parts {
  readonly server: Pick<MockServer, 'moves' | 'limit' | 'mistakes'>
  readonly watched: Pick<Watched, 'follows'>
  /** Undefined where the client runs on the page's time. */
  readonly ownClock: MockClock | undefined
  readonly advanceTimers: ((ms: number) => unknown) | undefined
}

/** Brings a mock, its client and its components to rest. */
export function createSettling({ server, watched, ownClock, advanceTimers }: Parts): { flush(): Promise<void>; advance(ms: number): Promise<void> } {
  /** A little more than a frame, and the task after it. */
  const FRAME_MS = 17
  /** What passes until a conversation counts as endless. */
  const MANY = 5_000

  /** What follows a room's offsets writes at the page's next frame, and React Query tells of that in the task after it. */
  const frame = async (): Promise<void> => {
    if (advanceTimers !== undefined) return void (await advanceTimers(FRAME_MS))
    if (Object.hasOwn(setTimeout, 'clock'))
      throw new RoomsUsageError('flush() waits for a frame, and the timers are fake: createMockRooms({ advanceTimers: vi.advanceTimersByTimeAsync }), or jest\'s')
    const { requestAnimationFrame = (run: () => void) => setTimeout(run, FRAME_MS) } = globalThis as { requestAnimationFrame?: (run: () => void) => unknown }
    await new Promise<void>((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 0)) })
  }
  const settle = async (): Promise<void> => {
    await microtasks()
    if (!watched.follows()) return
    await frame()
    await microtasks()
  }
  const blame = (): void => {
    const [mistake] = server.mistakes()
    if (mistake !== undefined) throw mistake
  }
  const flush = async (): Promise<void> => {
    const began = server.moves()
    server.limit(MANY)
    try {
      for (;;) {
        const before = server.moves()
        await actedThrough(settle)
        const now = server.moves()
        if (now === before) return blame()
        if (now > began + MANY) throw new RoomsUsageError('flush() does not come to rest: a component answers what it hears with something that makes it hear more')
      }
    } finally {
      server.limit(Infinity)
    }
  }

  return {
    flush,
    async advance(ms) {
      if (!(ms >= 0)) throw new RoomsUsageError('advance(ms) moves time forwards')
      await flush()
      if (ownClock === undefined) await actedThrough(async () => void (await advanceTimers!(ms)))
      else {
        const until = ownClock.now() + ms
        for (let run: (() => void) | undefined; (run = ownClock.due(until)) !== undefined;) {
          const due = run
          // Each on its own, so that React renders what one did before the next.
          await actedThrough(async () => {
            due()
            await microtasks()
          })
        }
        ownClock.set(until)
      }
      await flush()
    },
  }
}
