import type { ConnectionInfo } from 'react-rooms'
import type { LinePhase } from './line-phase.js'
import type { Final, Passing } from './trouble.js'

const overWhat = { websocket: '', sse: ' over server-sent events', poll: ' over long polling' }
const trouble: Record<Passing, string> = { away: 'Reconnecting…', offline: 'You are offline', joining: 'Connecting…', paused: 'Live updates paused', 'catching-up': 'Catching up…' }
const end: Record<Final, string> = { refused: 'You may not see this live', left: 'This screen is not followed any more' }

/** What the line says, in words that are true of the connection and of the screen's room alike. */
export function headline(line: LinePhase, final: Final | null, replayed: number, transport: ConnectionInfo['transport']): string {
  if (final !== null) return end[final]
  switch (line.phase) {
    case 'starting': return 'Connecting…'
    case 'live': case 'patient': return `Live${transport === null ? '' : overWhat[transport]}`
    case 'lost': return trouble[line.cause]
    case 'back': return welcomeBack(replayed - line.before)
    default: return line satisfies never
  }
}

function welcomeBack(count: number): string {
  return count === 0 ? 'Back online' : `Back online, caught up ${count} ${count === 1 ? 'update' : 'updates'}`
}
