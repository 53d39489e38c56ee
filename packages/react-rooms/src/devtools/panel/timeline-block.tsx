import { memo, type ReactNode } from 'react'
import type { Entry } from '../recorder.js'
import { TimelineRow } from './timeline-row.js'

/** How many numbers a block has. */
const SIZE = 25

/** Which block an entry is in, whatever else is shown. */
export const blockOf = ({ number }: Entry): number => Math.floor(number / SIZE)

/** The entries in blocks of neighbours. What comes and goes changes the first and the last of them only. */
export function blocksOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const blocks = new Map<number, Entry[]>()
  for (const entry of entries) {
    const block = blocks.get(blockOf(entry))
    if (block === undefined) blocks.set(blockOf(entry), [entry])
    else block.push(entry)
  }
  return [...blocks.values()]
}

interface Props { readonly entries: readonly Entry[]; readonly opened: number | null; readonly onToggle: (number: number) => void }

/** A block's rows. In a burst five hundred rows would be asked whether they changed, for each handful that did. */
export const TimelineBlock = memo(function TimelineBlock({ entries, opened, onToggle }: Props): ReactNode {
  return entries.map((entry) => <TimelineRow key={entry.number} entry={entry} open={entry.number === opened} onToggle={onToggle} />)
}, (before, after) => before.opened === after.opened && before.onToggle === after.onToggle
  && before.entries.length === after.entries.length && before.entries.every((entry, index) => entry === after.entries[index]))
