import type { Message } from 'demo-api/contract'
import { useDemo } from '../../lib/demo-context.js'
import { MessageRow, type Line } from './message-row.js'
import { useFollowingScroll } from './use-following-scroll.js'
import type { Outgoing } from './use-outgoing.js'

interface Props {
  readonly messages: readonly Message[]
  readonly outgoing: readonly Outgoing[]
  readonly onRetry: (message: Outgoing) => void
  readonly onDiscard: (message: Outgoing) => void
}

/** The conversation: what the chat holds, then what is on its way there. A message keeps its place and its key as it arrives. */
export function MessageLog({ messages, outgoing, onRetry, onDiscard }: Props) {
  const { person } = useDemo()
  const arrived = new Set(messages.map(({ id }) => id))
  const lines: Line[] = [
    ...messages.map((message): Line => ({ state: 'arrived', ...message })),
    ...outgoing.filter(({ id }) => !arrived.has(id)).map((message): Line => ({ author: person.id, authorName: person.name, at: null, ...message })),
  ]
  const { log, onScroll, unseen, toEnd } = useFollowingScroll(lines.length, outgoing.at(-1)?.id)

  return (
    <div className="log-frame">
      <div ref={log} className="log" role="log" aria-label="Messages" tabIndex={0} onScroll={onScroll}>
        {lines.length === 0 && <p className="empty">Nothing said yet. Say hello.</p>}
        <ol>
          {lines.map((line, index) => (
            <MessageRow
              key={line.id} line={line} mine={line.author === person.id} follows={lines[index - 1]?.author === line.author} newest={index === lines.length - 1}
              onRetry={onRetry} onDiscard={onDiscard}
            />
          ))}
        </ol>
      </div>
      {unseen > 0 && (
        <button type="button" className="button primary log-unseen" onClick={toEnd}>{unseen} new {unseen === 1 ? 'message' : 'messages'} ↓</button>
      )}
    </div>
  )
}
