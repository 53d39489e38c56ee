import { useEffect, useReducer } from 'react'
import { useConnection } from 'react-rooms'
import { useDemo } from '../../lib/demo-context.js'
import { greetingMs, nextLinePhase, patienceMs, type LinePhase } from './line-phase.js'

/** Follows the connection, with patience: a gap of a second is nobody's business. */
export function useLinePhase(): LinePhase {
  const { pulse } = useDemo()
  const connected = useConnection((connection) => connection.status === 'connected')
  const [line, dispatch] = useReducer(nextLinePhase, { phase: 'starting' })

  useEffect(() => {
    dispatch(connected ? { type: 'connected' } : { type: 'away', replayed: pulse.get().replayed })
  }, [connected, pulse])

  useEffect(() => {
    const wait = line.phase === 'starting' || line.phase === 'patient' ? patienceMs : line.phase === 'back' ? greetingMs : null
    if (wait === null) return
    const timer = setTimeout(() => dispatch({ type: line.phase === 'back' ? 'greeted' : 'patience-over' }), wait)
    return () => clearTimeout(timer)
  }, [line.phase])

  return line
}
