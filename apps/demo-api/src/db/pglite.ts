import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { forgetOldChanges } from './apply-once.js'
import type { OpenDatabase } from './database.js'
import { claimFolder } from './folder-claim.js'
import { migrationsFolder } from './migrations-folder.js'
import * as schema from './schema.js'
import { seed } from './seed.js'

/** The embedded database. It keeps the process alive until it is closed. */
export async function openPglite(location: string): Promise<OpenDatabase> {
  if (location === 'memory://') return start(location, async () => {})
  await mkdir(location, { recursive: true })
  const release = await claimFolder(location)
  try {
    return await start(location, release)
  } catch (error) {
    await release()
    throw new Error(`The database in ${location} could not be opened. Delete that folder to start with fresh data.`, { cause: error })
  }
}

async function start(location: string, release: () => Promise<void>): Promise<OpenDatabase> {
  const pglite = await PGlite.create(location)
  try {
    const db = drizzle(pglite, { schema })
    await migrate(db, { migrationsFolder })
    await seed(db)
    await forgetOldChanges(db)
    return { db, close: () => pglite.close().finally(release) }
  } catch (error) {
    await pglite.close()
    throw error
  }
}
