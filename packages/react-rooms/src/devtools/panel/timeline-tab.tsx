import { useCallback, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { describe } from '../describe.js'
import type { PanelView } from '../panel-view.js'
import { MAX_ENTRIES } from '../recorder.js'
import { ALL_ENTRIES, shownEntries, type TimelineFilter } from './timeline-filter.js'
import { blockOf, blocksOf, TimelineBlock } from './timeline-block.js'
import { TimelineColumns } from './timeline-row.js'

/** How far from its end a list still counts as followed, in pixels. */
const NEAR = 24

/** The messages, newest last; follows its end as long as it is scrolled there. */
export function TimelineTab({ view, filter, onFilter, onClear }: { view: PanelView; filter: TimelineFilter; onFilter: (filter: TimelineFilter) => void; onClear: () => void }): ReactNode {
  const [opened, setOpened] = useState<number | null>(null)
  const listRef = useRef<HTMLDivElement>(null)
  const followsRef = useRef(true)
  const lastRef = useRef<number>(undefined)
  const { paused } = filter
  const all = paused?.entries ?? view.entries
  const shown = shownEntries(all, filter)
  const rooms = [...new Set([...view.rooms.map(({ name }) => name), ...all.flatMap((entry) => describe(entry).room ?? [])])].sort()
  const missed = paused === null ? 0 : view.total - paused.total
  const toggle = useCallback((number: number) => setOpened((before) => (before === number ? null : number)), [])
  const last = shown.at(-1)?.number

  useLayoutEffect(() => {
    const list = listRef.current
    // Nothing may scroll away from under someone who reads.
    if (list && last !== lastRef.current && followsRef.current && opened === null) list.scrollTop = list.scrollHeight
    lastRef.current = last
  })

  return (
    <div className="timeline">
      <div className="bar">
        <select aria-label="Room" value={filter.room} onChange={({ target }) => onFilter({ ...filter, room: target.value })}>
          <option value="">All rooms</option>
          {rooms.map((room) => <option key={room}>{room}</option>)}
        </select>
        <input type="search" aria-label="Filter by text" placeholder="Filter" value={filter.text} onChange={({ target }) => onFilter({ ...filter, text: target.value })} />
        <button
          type="button" className={paused === null ? 'button' : 'button on'}
          onClick={() => onFilter({ ...filter, paused: paused === null ? { entries: view.entries, total: view.total } : null })}
        >
          {paused === null ? 'Pause' : 'Resume'}
        </button>
        <button type="button" className="button" onClick={() => { onClear(); onFilter({ ...filter, paused: null }) }}>Clear</button>
        <span className="tally">{shown.length === all.length ? `${all.length}` : `${shown.length} of ${all.length}`}{missed > 0 && `, ${missed} newer`}{all.length >= MAX_ENTRIES && ', older ones dropped'}</span>
      </div>
      {shown.length > 0 ? (
        <div
          className="entries" ref={listRef}
          onScroll={({ currentTarget: list }) => { followsRef.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR }}
        >
          <TimelineColumns />
          <ol aria-label="Messages">
            {blocksOf(shown).map((entries) => (
              <TimelineBlock key={blockOf(entries[0]!)} entries={entries} opened={entries.some(({ number }) => number === opened) ? opened : null} onToggle={toggle} />
            ))}
          </ol>
        </div>
      ) : (
        <p className="empty">
          {all.length === 0 ? 'Nothing yet. Messages appear here as they come and go.' : 'Nothing matches.'}
          {all.length > 0 && <button type="button" className="button" onClick={() => onFilter({ ...ALL_ENTRIES, paused })}>Show all</button>}
        </p>
      )}
    </div>
  )
}
