import { Mark } from '../../mark.js'
import './panes.css'

/**
 * Two windows in one, each a session of its own with its own socket. `people`: two ids, `ana,sam` when empty. `second`:
 * the port of another node, which then serves the right window; a port and no address, so that no link can show a
 * foreign page in our frame.
 */
export function Panes({ people, second }: { people: string; second: string | null }) {
  const [left = 'ana', right = 'sam'] = people.split(',').filter((id) => /^[a-z0-9-]{1,40}$/.test(id))
  const { protocol, hostname, port, hash } = window.location
  const other = second !== null && /^\d{1,5}$/.test(second) ? second : null
  const nodes = ['', other === null ? '' : `${protocol}//${hostname}:${other}`]
  const more = other === null ? '' : `&second=${other}`
  return (
    <div className="panes">
      <header className="panes-head">
        <h1 className="brand"><Mark /> Rooms</h1>
        <p className="small muted">{other === null ? 'Two people, two connections.' : `Two people, two nodes: ports ${port} and ${other}.`} Change something on one side; cut a network and see it catch up.</p>
        <nav className="small" aria-label="Who">
          <a href={`?pane=ana,sam${more}`}>Ana and Sam</a> <a href={`?pane=ana,bo${more}`}>Ana and Bo</a> <a href="/">One window</a>
        </nav>
      </header>
      {[left, right].map((id, side) => (
        // Our own page, which needs its scripts and its storage: a sandbox that allows both holds nothing back.
        // oxlint-disable-next-line react/iframe-missing-sandbox
        <iframe key={side} title={`${side === 0 ? 'Left' : 'Right'} window, signed in as ${id}`} src={`${nodes[side]}/?as=${id}${hash}`} />
      ))}
    </div>
  )
}
