import type { Position } from 'rooms-protocol'
import type { Page } from './broker.js'
import type { EntryRing } from './entry-ring.js'

/**
 * Whether `since` is a place of the stream whose newest entries are `kept` and which stands at `end`. A place whose
 * own entry is gone is `trimmed`, except the one just before the oldest kept, whose tag that entry names.
 */
export function judge(since: Position, end: Position, kept: EntryRing): Page['verdict'] {
  if (since.epoch !== end.epoch) return 'epoch'
  if (since.offset > end.offset) return 'ahead'
  if (since.offset === end.offset) return since.tag === end.tag ? 'ok' : 'fork'
  const tag = kept.get(since.offset)?.tag ?? kept.get(since.offset + 1)?.previousTag
  if (tag === undefined) return 'trimmed'
  return since.tag === tag ? 'ok' : 'fork'
}
