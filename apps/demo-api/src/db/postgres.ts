import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { forgetOldChanges } from './apply-once.js'
import type { OpenDatabase } from './database.js'
import { migrationsFolder } from './migrations-folder.js'
import * as schema from './schema.js'
import { seed } from './seed.js'

/** Any number that no other program sharing the server locks on. */
const migrationLock = 7_266_371

export async function openPostgres(url: string): Promise<OpenDatabase> {
  await prepare(url)
  const client = postgres(url)
  return { db: drizzle(client, { schema }), close: () => client.end({ timeout: 5 }) }
}

/** Nodes that start together take turns: drizzle's migrator itself takes no lock. */
async function prepare(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const db = drizzle(client, { schema })
    await client`select pg_advisory_lock(${migrationLock})`
    await migrate(db, { migrationsFolder })
    await seed(db)
    await forgetOldChanges(db)
  } finally {
    await client.end({ timeout: 5 })
  }
}
