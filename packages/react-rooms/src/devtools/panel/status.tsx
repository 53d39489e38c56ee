import type { ReactNode } from 'react'
import type { ConnectionStatus } from '../../client/connection-info.js'
import type { RoomStatus } from '../../client/room.js'

function toneOf(status: ConnectionStatus | RoomStatus): 'good' | 'wait' | 'bad' | 'off' {
  switch (status) {
    case 'connected':
    case 'live': return 'good'
    case 'connecting':
    case 'reconnecting':
    case 'offline':
    case 'joining':
    case 'catching-up':
    case 'paused': return 'wait'
    case 'unauthorized':
    case 'closed':
    case 'refused': return 'bad'
    case 'idle':
    case 'left': return 'off'
  }
}

/** A status: its word, and a dot for the eye. */
export function Status({ of }: { of: ConnectionStatus | RoomStatus }): ReactNode {
  return <span className={`status ${toneOf(of)}`}><i className="dot" aria-hidden="true" />{of}</span>
}

/** The dot alone, where the word is said in another way. */
export function StatusDot({ of }: { of: ConnectionStatus }): ReactNode {
  return <i className={`dot ${toneOf(of)}`} aria-hidden="true" />
}
