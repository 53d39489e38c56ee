import type { Passing } from './trouble.js'

/** What the connection line tells. `patient`: not live for less than anyone needs to know; `before`: replayed updates until then. */
export type LinePhase =
  | { readonly phase: 'live' }
  | { readonly phase: 'starting'; readonly cause: Passing }
  | { readonly phase: 'patient' | 'lost'; readonly before: number; readonly cause: Passing }
  | { readonly phase: 'back'; readonly before: number }

export type LineInput =
  | { readonly type: 'live' | 'patience-over' | 'greeted' }
  | { readonly type: 'troubled'; readonly cause: Passing; readonly replayed: number }

/** How long trouble stays unmentioned, and how long the welcome back stands. */
export const patienceMs = 1_500
export const greetingMs = 6_000

/** The one transition of the connection line. */
export function nextLinePhase(from: LinePhase, input: LineInput): LinePhase {
  switch (input.type) {
    case 'live':
      // Whoever opened a screen was not away: nobody is welcomed back.
      if (from.phase === 'lost' && from.cause !== 'joining') return { phase: 'back', before: from.before }
      return from.phase === 'back' ? from : { phase: 'live' }
    case 'troubled':
      if (from.phase === 'live' || from.phase === 'back') return { phase: 'patient', before: input.replayed, cause: input.cause }
      return endsOther(input.cause) || input.cause === from.cause ? from : { ...from, cause: input.cause }
    case 'patience-over':
      if (from.phase === 'patient') return { ...from, phase: 'lost' }
      return from.phase === 'starting' ? { phase: 'lost', before: 0, cause: from.cause } : from
    case 'greeted':
      return from.phase === 'back' ? { phase: 'live' } : from
    default:
      return input satisfies never
  }
}

/** Joining and catching up are how other trouble ends: not worth a word of their own on the way back. */
function endsOther(cause: Passing): boolean {
  return cause === 'joining' || cause === 'catching-up'
}
