import { fileURLToPath } from 'node:url'

/** Where drizzle-kit writes the migrations: one set for both drivers, found from `src/db` and from `dist/db` alike. */
export const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url))
