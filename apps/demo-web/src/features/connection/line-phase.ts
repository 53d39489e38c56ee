/** What the connection line tells. `patient`: away for less than anyone needs to know; `before`: replayed updates until then. */
export type LinePhase =
  | { readonly phase: 'starting' | 'live' }
  | { readonly phase: 'patient' | 'lost' | 'back'; readonly before: number }

export type LineInput =
  | { readonly type: 'connected' | 'patience-over' | 'greeted' }
  | { readonly type: 'away'; readonly replayed: number }

/** How long a gap stays unmentioned, and how long the welcome back stands. */
export const patienceMs = 1_500
export const greetingMs = 6_000

/** The one transition of the connection line. */
export function nextLinePhase(from: LinePhase, input: LineInput): LinePhase {
  switch (input.type) {
    case 'connected':
      if (from.phase === 'lost') return { phase: 'back', before: from.before }
      return from.phase === 'back' ? from : { phase: 'live' }
    case 'away':
      return from.phase === 'live' || from.phase === 'back' ? { phase: 'patient', before: input.replayed } : from
    case 'patience-over':
      if (from.phase === 'patient') return { phase: 'lost', before: from.before }
      return from.phase === 'starting' ? { phase: 'lost', before: 0 } : from
    case 'greeted':
      return from.phase === 'back' ? { phase: 'live' } : from
    default:
      return input satisfies never
  }
}
