import { randomUUID } from 'node:crypto'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { FastifyInstance } from 'fastify'
import type { EventInput, KindOf, RoomName, SendName } from 'fastify-rooms'

export const outboxTable = `create table if not exists outbox (
  number bigint primary key generated always as identity,
  id text not null,
  room text not null,
  event text not null,
  data jsonb not null,
  refused text
);`

type Event<N extends RoomName = RoomName> = SendName<KindOf<N>>
interface Row { number: number; id: string; room: RoomName; event: Event; data: EventInput<KindOf<RoomName>, Event> }

/**
 * Notes an event in the transaction of the change it tells about: both are stored, or neither. Call it after the statement
 * that changes the row: that one locks it, so that two changes of one row are noted in the order in which they happen.
 */
export async function note<N extends RoomName, E extends Event<N>>(tx: Transaction, room: N, event: E, data: EventInput<KindOf<N>, E>, id: string = randomUUID()): Promise<void> {
  await tx.query('insert into outbox (id, room, event, data) values ($1, $2, $3, $4)', [id, room, event, data])
}

/** Sends what is noted, oldest first, one run at a time. Call what it returns at the start and after each commit; it never rejects. */
export function createRelay(app: FastifyInstance, db: PGlite): () => Promise<void> {
  let last = Promise.resolve()
  let retry: NodeJS.Timeout | undefined
  app.addHook('onClose', async () => {
    await last
    clearTimeout(retry)
  })

  async function run(): Promise<void> {
    try {
      const { rows } = await db.query<Row>('select number, id, room, event, data from outbox where refused is null order by number')
      for (const row of rows) await send(row)
    } catch (error) {
      // The broker is away: the rows stay, in their order.
      app.log.warn({ err: error }, 'the outbox waits')
      clearTimeout(retry)
      retry = setTimeout(relay, 1_000).unref()
    }
  }

  async function send({ number, id, room, event, data }: Row): Promise<void> {
    try {
      // With the row's id a row that is sent twice is one event. Not `committed`: that would call sent what was not.
      await app.rooms.send(room, event, data, { id })
    } catch (error) {
      if (['FST_ROOMS_UNAVAILABLE', 'FST_ROOMS_UNCERTAIN'].includes((error as { code: string }).code)) throw error
      // What can never be sent must not hold up what comes after it.
      app.log.error({ err: error, room, event, id }, 'an event was refused')
      await db.query('update outbox set refused = $2 where number = $1', [number, (error as Error).message])
      return
    }
    await db.query('delete from outbox where number = $1', [number])
  }

  const relay = (): Promise<void> => (last = last.then(run))
  return relay
}
