import type { Entry, Outbox } from '../client/outbox.js'

/** A publish nobody answered yet, and how far it got. */
export interface Unsettled extends Pick<Entry, 'id' | 'room' | 'encoded' | 'bornAt'> {
  readonly bytes: number
  readonly stage: 'waiting' | 'sent' | 'to be sent again'
}

/** What is in an outbox, in the order it leaves. */
export function unsettledIn({ unsettled }: Outbox): readonly Unsettled[] {
  return [...unsettled].map(({ id, room, encoded, weighs, bornAt, sentAt }) => ({
    id, room, encoded, bytes: weighs, bornAt, stage: sentAt === undefined ? 'waiting' : sentAt === 0 ? 'to be sent again' : 'sent',
  }))
}
