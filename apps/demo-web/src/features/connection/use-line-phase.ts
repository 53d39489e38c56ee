import { useEffect, useReducer } from 'react'
import { useDemo } from '../../lib/demo-context.js'
import { greetingMs, nextLinePhase, patienceMs, type LinePhase } from './line-phase.js'
import type { Passing } from './trouble.js'

/** Follows what keeps the screen from being live, with patience: a gap of a second is nobody's business. */
export function useLinePhase(cause: Passing | null): LinePhase {
  const { pulse } = useDemo()
  const [line, dispatch] = useReducer(nextLinePhase, { phase: 'starting', cause: 'away' })

  useEffect(() => {
    dispatch(cause === null ? { type: 'live' } : { type: 'troubled', cause, replayed: pulse.get().replayed })
  }, [cause, pulse])

  useEffect(() => {
    const wait = line.phase === 'starting' || line.phase === 'patient' ? patienceMs : line.phase === 'back' ? greetingMs : null
    if (wait === null) return
    const timer = setTimeout(() => dispatch({ type: line.phase === 'back' ? 'greeted' : 'patience-over' }), wait)
    return () => clearTimeout(timer)
  }, [line.phase])

  return line
}
