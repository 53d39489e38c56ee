import type { OpenDatabase } from './database.js'
import { openPglite } from './pglite.js'
import { openPostgres } from './postgres.js'

/**
 * Opens the database, brings its tables up to date and, where it holds nobody yet, adds the ready users and examples.
 *
 * @param location `postgres://…` for a server; a folder for the embedded database, made when missing; `memory://` for a database that is gone on close.
 */
export function openDatabase(location: string): Promise<OpenDatabase> {
  return /^postgres(ql)?:\/\//.test(location) ? openPostgres(location) : openPglite(location)
}
