import { useHash } from '../../lib/use-route.js'
import { Mark } from '../../mark.js'
import { CodeBlock } from './code-block.js'
import { tenLines } from './ten-lines.js'
import './panes.css'

const steps = [
  { href: '#/pantry', title: 'Change an order', text: 'Both windows move. The badge says how long it took.' },
  { href: '#/pantry', title: 'Lose the network', text: 'Cut one, change things on both sides, switch it on again: replayed, not fetched again.' },
  { href: '#/lab', title: 'Burst 500', text: '500 changes in a second, into 1,000 rows. Watch the counters.' },
] as const

/**
 * Two windows in one page, each a session of its own with its own socket. `people`: two ids, `ana,bo` when empty.
 * `second`: the port of another node, which then serves the right window; a port and no address, so that no link can
 * show a foreign page in our frame.
 */
export function Panes({ people, second }: { people: string; second: string | null }) {
  const [left = 'ana', right = 'bo'] = people.split(',').filter((id) => /^[a-z0-9-]{1,40}$/.test(id))
  const screen = useHash() || '#/pantry'
  const { protocol, hostname, port } = window.location
  const other = second !== null && /^\d{1,5}$/.test(second) ? second : null
  const nodes = ['', other === null ? '' : `${protocol}//${hostname}:${other}`]
  const more = other === null ? '' : `&second=${other}`
  return (
    <div className="panes">
      <header className="panes-head">
        <h1 className="brand"><Mark /> Rooms</h1>
        <p className="small muted">The proof in thirty seconds. {other === null ? 'Two people, two connections.' : `Two people, two nodes: ports ${port} and ${other}.`}</p>
        <nav className="small" aria-label="More">
          <a href="#/chat/lobby">Chat</a> <a href={`?pane=ana,sam${more}#/orders`}>Ana and Sam’s board</a> <a href="/">One window</a>
        </nav>
      </header>
      <ol className="steps">
        {steps.map(({ href, title, text }, place) => (
          <li key={title}><a href={href}><span className="step-number" aria-hidden="true">{place + 1}</span>{title}</a> <span className="small muted">{text}</span></li>
        ))}
      </ol>
      {[left, right].map((id, side) => (
        // Our own page, which needs its scripts and its storage: a sandbox that allows both holds nothing back.
        // oxlint-disable-next-line react/iframe-missing-sandbox
        <iframe key={side} title={`${side === 0 ? 'Left' : 'Right'} window, signed in as ${id}`} src={`${nodes[side]}/?as=${id}&pane${screen}`} />
      ))}
      <aside aria-label="The code">
        <CodeBlock {...tenLines.server} />
        <CodeBlock {...tenLines.page} />
        <p className="small muted">
          With these lines it is live: no event handlers to write, no reconnecting. Three functions here are the demo’s own: <code>upsertNewer</code> keeps
          the copy with the higher revision, <code>changeOf</code> names a change so that a retry makes it once, and <code>sendCommitted</code> calls <code>app.rooms.send</code>.
        </p>
      </aside>
    </div>
  )
}
