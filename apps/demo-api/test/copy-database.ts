import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'

/** A seeded database in `folder`; resolves with where it stands. */
export async function copyDatabase(folder: string): Promise<string> {
  const location = join(folder, 'database')
  await cp(inject('databaseTemplate'), location, { recursive: true })
  return location
}
