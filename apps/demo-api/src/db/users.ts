import { asc, eq } from 'drizzle-orm'
import type { Role } from '../contract.js'
import type { Database } from './database.js'
import { users } from './schema.js'

export interface Person { id: string; name: string; role: Role }

export function listUsers(db: Database): Promise<Person[]> {
  return db.select().from(users).orderBy(asc(users.name))
}

export async function findUser(db: Database, id: string): Promise<Person | undefined> {
  const [user] = await db.select().from(users).where(eq(users.id, id))
  return user
}
