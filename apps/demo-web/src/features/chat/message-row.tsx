import { Avatar } from '../people/avatar.js'
import type { Outgoing } from './use-outgoing.js'

/** A message as the log shows it: arrived, or still on its way. */
export type Line = { readonly author: string; readonly authorName: string } & (
  | { readonly state: 'arrived'; readonly id: string; readonly text: string; readonly at: string }
  | (Outgoing & { readonly at: null })
)

interface Props {
  readonly line: Line
  readonly mine: boolean
  /** Continues what the same person said just before. */
  readonly follows: boolean
  /** The newest line of all: the one that says it was sent. */
  readonly newest: boolean
  readonly onRetry: (message: Outgoing) => void
  readonly onDiscard: (message: Outgoing) => void
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

export function MessageRow({ line, mine, follows, newest, onRetry, onDiscard }: Props) {
  return (
    <li className="message" data-mine={mine} data-follows={follows} data-state={line.state} data-message={line.id}>
      {!mine && !follows && <Avatar id={line.author} name={line.authorName} decorative />}
      <div className="message-body">
        <p className="message-who small muted" data-quiet={follows}>
          <span className="message-name">{mine ? 'You' : line.authorName}</span>{' '}
          {line.at !== null && <time dateTime={line.at} className="number">{clock.format(new Date(line.at))}</time>}
        </p>
        <p className="message-text">{line.text}</p>
        {mine && (newest || line.state !== 'arrived') && <Delivery line={line} onRetry={onRetry} onDiscard={onDiscard} />}
      </div>
    </li>
  )
}

function Delivery({ line, onRetry, onDiscard }: Pick<Props, 'line' | 'onRetry' | 'onDiscard'>) {
  switch (line.state) {
    case 'arrived': case 'sent':
      return <p className="message-delivery">Sent</p>
    case 'sending':
      return <p className="message-delivery">Sending…</p>
    case 'failed':
      return (
        <p className="message-delivery" role="alert">
          Not sent: {line.why}{' '}
          <button type="button" className="button" onClick={() => onRetry(line)}>Retry</button>{' '}
          <button type="button" className="button plain" onClick={() => onDiscard(line)}>Discard</button>
        </p>
      )
    default:
      return line satisfies never
  }
}
