import { Mark } from '../../mark.js'
import './panes.css'

/** Two windows in one, each a session of its own with its own socket. `people`: two ids, `ana,sam` when empty. */
export function Panes({ people }: { people: string }) {
  const [left = 'ana', right = 'sam'] = people.split(',').filter((id) => /^[a-z0-9-]{1,40}$/.test(id))
  return (
    <div className="panes">
      <header className="panes-head">
        <h1 className="brand"><Mark /> Rooms</h1>
        <p className="small muted">Two people, two connections. Change something on one side; cut a network and see it catch up.</p>
        <nav className="small" aria-label="Who">
          <a href="?pane=ana,sam">Ana and Sam</a> <a href="?pane=ana,bo">Ana and Bo</a> <a href="/">One window</a>
        </nav>
      </header>
      {[left, right].map((id, side) => (
        // Our own page, which needs its scripts and its storage: a sandbox that allows both holds nothing back.
        // oxlint-disable-next-line react/iframe-missing-sandbox
        <iframe key={side} title={`${side === 0 ? 'Left' : 'Right'} window, signed in as ${id}`} src={`/?as=${id}${window.location.hash}`} />
      ))}
    </div>
  )
}
