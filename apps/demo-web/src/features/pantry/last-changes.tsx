import { useState } from 'react'
import { useRoomEvent, type Room } from 'react-rooms'
import { arrivalOf, arrivalText, type Arrival } from '../../lib/arrival.js'
import { useDemo } from '../../lib/demo-context.js'

interface Change { readonly offset: number; readonly who: string; readonly what: string; readonly how: Arrival }

const most = 10

/** What came through the room, each once: live with the time it took, or as a replay of what was missed. */
export function LastChanges({ room }: { room: Room<'pantry'> }) {
  const { person, network } = useDemo()
  const [changes, setChanges] = useState<readonly Change[]>([])
  useRoomEvent(room, 'order.updated', ({ item, quantity }, meta) => {
    const { offset, from } = meta
    const who = from === person.id ? 'You' : (from ?? 'The shop')
    const how = arrivalOf(meta, network.asked)
    setChanges((before) => [{ offset, who, what: `${item}: ${quantity}`, how }, ...before].slice(0, most))
  })
  if (changes.length === 0) return null
  return (
    <section className="last-changes" aria-labelledby="last-changes">
      <h3 id="last-changes" className="small muted">Last changes</h3>
      <ol>
        {changes.map(({ offset, who, what, how }) => (
          <li key={offset} className="small"><strong>{who}</strong> <span className="number">{what}</span> <span className="muted number" data-how={how === 'replayed' ? how : 'live'}>{arrivalText(how)}</span></li>
        ))}
      </ol>
    </section>
  )
}
