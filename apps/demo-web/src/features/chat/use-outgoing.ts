import { useState } from 'react'
import { RoomsPublishError, usePublish, type Room } from 'react-rooms'

/** A message on its way: `sending` until the server answers, `failed` until it is sent again or let go. */
export type Outgoing =
  | { readonly state: 'sending' | 'sent'; readonly id: string; readonly text: string }
  | { readonly state: 'failed'; readonly id: string; readonly text: string; readonly why: string }

/** What this person sent and the chat does not show yet. A retry keeps its id, so the server never takes a message twice. */
export function useOutgoing(room: Room<'chat'>) {
  const publish = usePublish(room, 'message')
  const [outgoing, setOutgoing] = useState<readonly Outgoing[]>([])

  const put = (next: Outgoing) =>
    setOutgoing((all) => (all.some(({ id }) => id === next.id) ? all.map((one) => (one.id === next.id ? next : one)) : [...all, next]))

  const attempt = (id: string, text: string) => {
    put({ state: 'sending', id, text })
    publish({ text }, { id }).then(
      () => put({ state: 'sent', id, text }),
      (error: unknown) => put({ state: 'failed', id, text, why: reasonOf(error) }),
    )
  }

  return {
    outgoing,
    send: (text: string) => attempt(newId(), text),
    retry: ({ id, text }: Outgoing) => attempt(id, text),
    discard: ({ id }: Outgoing) => setOutgoing((all) => all.filter((one) => one.id !== id)),
  }
}

/** In the words of a person who wanted to say something. */
function reasonOf(error: unknown): string {
  if (!(error instanceof RoomsPublishError)) return 'this chat was closed first'
  switch (error.code) {
    case 'unavailable': return 'the server could not be reached'
    case 'uncertain': return 'the server did not confirm it'
    case 'queue_full': return 'too many messages are waiting already'
    case 'rate_limited': return 'that was a little fast'
    default: return error.message
  }
}

/** `crypto.randomUUID` needs https; a demo on a neighbour's phone has none. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
