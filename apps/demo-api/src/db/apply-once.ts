import { eq, lt, sql } from 'drizzle-orm'
import { Problem } from '../problem.js'
import type { Database } from './database.js'
import { changes } from './schema.js'

/** What a client calls one change it asks for; the id stays the same when it asks again. */
export interface Change { id: string; author: string; fingerprint: string }

/**
 * Runs `write`, which resolves with the id of the row it made or changed, once per change id; resolves with what `read`
 * finds for that id, in the same transaction.
 *
 * Without this, a change retried after a lost reply would undo what somebody else did in between, while its event, which
 * carries the same id, is sent once only: screens would then differ from the database. An id that comes back with
 * another author or another request fails with 409 `id_reused`.
 */
export async function applyOnce<T>(db: Database, change: Change | undefined, write: (tx: Database) => Promise<string>, read: (tx: Database, subject: string) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    if (!change) return read(tx, await write(tx))
    const fresh = await tx.insert(changes).values({ ...change, subject: '' }).onConflictDoNothing().returning()
    if (fresh.length === 0) return read(tx, await subjectOf(tx, change))
    const subject = await write(tx)
    await tx.update(changes).set({ subject }).where(eq(changes.id, change.id))
    return read(tx, subject)
  })
}

async function subjectOf(tx: Database, change: Change): Promise<string> {
  const [known] = await tx.select().from(changes).where(eq(changes.id, change.id))
  if (known?.author !== change.author || known.fingerprint !== change.fingerprint) {
    throw new Problem(409, 'id_reused', 'This event id was used for another change. Send every new change with a new id.')
  }
  return known.subject
}

/** Forgets ids nobody retries any more. */
export async function forgetOldChanges(db: Database): Promise<void> {
  await db.delete(changes).where(lt(changes.at, sql`now() - interval '1 day'`))
}
