import { describe } from '../describe.js'
import type { Entry } from '../recorder.js'

/** What of the timeline is shown. */
export interface TimelineFilter {
  /** Empty for all. */
  readonly room: string
  /** Anywhere in the object, whatever the case. Empty for all. */
  readonly text: string
  /** What was there when the timeline was paused; null while it runs. */
  readonly paused: { readonly entries: readonly Entry[]; readonly total: number } | null
}

export const ALL_ENTRIES: TimelineFilter = { room: '', text: '', paused: null }

export function shownEntries(entries: readonly Entry[], { room, text }: TimelineFilter): readonly Entry[] {
  const wanted = text.trim().toLowerCase()
  return entries.filter((entry) => (room === '' || describe(entry).room === room) && (wanted === '' || entry.text.toLowerCase().includes(wanted)))
}
