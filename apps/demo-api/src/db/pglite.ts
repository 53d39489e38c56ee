import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { forgetOldChanges } from './apply-once.js'
import type { OpenDatabase } from './database.js'
import { claimFolder } from './folder-claim.js'
import { migrationsFolder } from './migrations-folder.js'
import * as schema from './schema.js'
import { seed } from './seed.js'

export interface OpenPglite extends OpenDatabase { pglite: PGlite }

/** The embedded database. It keeps the process alive until it is closed. */
export async function openPglite(location: string): Promise<OpenPglite> {
  if (location === 'memory://') return start(location, async () => {})
  await mkdir(dirname(location), { recursive: true })
  const release = await claimFolder(location)
  try {
    if (!existsSync(location)) await create(location)
    return await start(location, release)
  } catch (error) {
    await release()
    throw new Error(`The database in ${location} could not be opened. Delete that folder to start with fresh data.`, { cause: error })
  }
}

/** Under another name until it is whole: a first start that is killed half-way would leave a folder PGlite cannot open again. */
async function create(location: string): Promise<void> {
  const unfinished = `${location}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  const pglite = await PGlite.create(unfinished)
  await pglite.close()
  await rename(unfinished, location)
}

async function start(location: string, release: () => Promise<void>): Promise<OpenPglite> {
  const pglite = await PGlite.create(location)
  try {
    const db = drizzle(pglite, { schema })
    await migrate(db, { migrationsFolder })
    await seed(db)
    await forgetOldChanges(db)
    return { pglite, db, close: () => pglite.close().finally(release) }
  } catch (error) {
    await pglite.close()
    throw error
  }
}
