import { and, desc, eq, lt, type SQL } from 'drizzle-orm'
import type { Message } from '../contract.js'
import type { Database } from './database.js'
import { messages, users } from './schema.js'

/** A page of a chat, oldest first: the newest `limit` messages, or those just before the message `before`. An unknown `before` gives an empty page. */
export async function listMessages(db: Database, chat: string, page: { limit: number; before?: string | undefined }): Promise<Message[]> {
  const older = page.before === undefined
    ? undefined
    : lt(messages.number, db.select({ number: messages.number }).from(messages).where(and(eq(messages.id, page.before), eq(messages.chat, chat))))
  const newestFirst = await select(db, and(eq(messages.chat, chat), older)).limit(page.limit)
  return newestFirst.map(toMessage).reverse()
}

/** Stores a message unless its id is taken; resolves with the row that holds the id, which may be another person's. */
export async function storeMessage(db: Database, message: { id: string; chat: string; author: string; text: string }): Promise<Message | undefined> {
  await db.insert(messages).values(message).onConflictDoNothing({ target: messages.id })
  const [row] = await select(db, eq(messages.id, message.id))
  return row && toMessage(row)
}

function select(db: Database, where: SQL | undefined) {
  return db.select({ message: messages, authorName: users.name }).from(messages).innerJoin(users, eq(users.id, messages.author)).where(where).orderBy(desc(messages.number))
}

function toMessage({ message, authorName }: { message: typeof messages.$inferSelect; authorName: string }): Message {
  const { id, chat, author, text, at } = message
  return { id, chat, author, authorName, text, at: at.toISOString() }
}
