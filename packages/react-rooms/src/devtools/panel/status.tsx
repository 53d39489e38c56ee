import type { ReactNode } from 'react'
import type { ConnectionStatus } from '../../client/connection-info.js'
import type { RoomStatus } from '../../client/room.js'

const TONES: Readonly<Record<ConnectionStatus | RoomStatus, 'good' | 'wait' | 'bad' | 'off'>> = {
  connected: 'good', live: 'good',
  connecting: 'wait', reconnecting: 'wait', offline: 'wait', joining: 'wait', 'catching-up': 'wait', paused: 'wait',
  unauthorized: 'bad', closed: 'bad', refused: 'bad',
  idle: 'off', left: 'off',
}

/** A status: its word, and a dot for the eye. */
export function Status({ of }: { of: ConnectionStatus | RoomStatus }): ReactNode {
  return <span className={`status ${TONES[of]}`}><i className="dot" aria-hidden="true" />{of}</span>
}

/** The dot alone, where the word is said in another way. */
export function StatusDot({ of }: { of: ConnectionStatus }): ReactNode {
  return <i className={`dot ${TONES[of]}`} aria-hidden="true" />
}
