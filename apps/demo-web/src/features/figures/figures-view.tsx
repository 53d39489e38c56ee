import type { Figures } from 'demo-api/contract'
import { useEffect } from 'react'
import { UnauthorizedError, useSSE } from 'react-rooms'
import { useDemo } from '../../lib/demo-context.js'
import { OrderBars } from './order-bars.js'
import './figures.css'

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const figuresOf = (frame: string) => (JSON.parse(frame) as { data: Figures }).data

/** How the shop is doing: one way, from the server to whoever watches. */
export function FiguresView() {
  const { getToken, onRefused } = useDemo()
  const { data: figures, error, connected, retry } = useSSE<Figures>('/sse/figures?v=1', { event: 'event', parse: figuresOf, getToken, silenceMs: 40_000 })
  const isRefused = error instanceof UnauthorizedError
  useEffect(() => { if (isRefused) onRefused() }, [isRefused, onRefused])

  return (
    <section className="figures" aria-labelledby="figures-title">
      <header className="panel-head">
        <h2 id="figures-title" tabIndex={-1}>Figures</h2>
        {figures && <p className="small muted number">{connected ? 'Over server-sent events, as of' : 'Not up to date: as of'} {clock.format(new Date(figures.at))}</p>}
      </header>
      {error && !figures && <p className="notice" role="alert">There are no figures: {error.message} <button type="button" className="button" onClick={retry}>Try again</button></p>}
      {figures && (
        <div className="figures-grid" data-stale={!connected}>
          <Tile name="People online" value={figures.peopleOnline} />
          <Tile name="Messages in the last minute" value={figures.messagesLastMinute} />
          <Tile name="Open orders" value={figures.orders.new + figures.orders.paid + figures.orders.shipped} />
          <OrderBars orders={figures.orders} />
        </div>
      )}
    </section>
  )
}

function Tile({ name, value }: { name: string; value: number }) {
  return (
    <p className="panel tile" data-figure={name}>
      <span className="muted small">{name}</span> <strong className="number">{value}</strong>
    </p>
  )
}
