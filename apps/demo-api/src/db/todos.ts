import { randomUUID } from 'node:crypto'
import { and, asc, eq, inArray, not, sql } from 'drizzle-orm'
import type { Todo } from '../contract.js'
import { Problem } from '../problem.js'
import { applyOnce, type Change } from './apply-once.js'
import type { Database } from './database.js'
import { todos } from './schema.js'

/** Oldest first. */
export async function listTodos(db: Database, list: string): Promise<Todo[]> {
  const rows = await db.select().from(todos).where(eq(todos.list, list)).orderBy(asc(todos.number))
  return rows.map(toTodo)
}

/** The change's id becomes the to-do's own, so that the row a client predicted is the row that arrives. */
export function createTodo(db: Database, list: string, text: string, change?: Change): Promise<Todo> {
  return applyOnce(db, change, async (tx) => {
    const id = change?.id ?? randomUUID()
    await tx.insert(todos).values({ id, list, text })
    return id
  }, todoOr404)
}

export function updateTodo(db: Database, list: string, id: string, values: { text?: string | undefined; done?: boolean | undefined }, change?: Change): Promise<Todo> {
  return applyOnce(db, change, async (tx) => {
    const rows = await tx.update(todos).set({ ...values, revision: sql`${todos.revision} + 1` }).where(is(list, id)).returning({ id: todos.id })
    if (rows.length === 0) throw unknownTodo(id)
    return id
  }, todoOr404)
}

export function removeTodo(db: Database, list: string, id: string, change?: Change): Promise<void> {
  return applyOnce(db, change, async (tx) => {
    const rows = await tx.delete(todos).where(is(list, id)).returning({ id: todos.id })
    if (rows.length === 0) throw unknownTodo(id)
    return id
  }, async () => {})
}

/**
 * Ticks or unticks to-dos of a list, picked by chance, until `count` changes are made; resolves with what each change
 * made of its row, in order. A list with fewer rows than that is gone through again and again.
 */
export async function flipTodos(db: Database, list: string, count: number): Promise<Todo[]> {
  return db.transaction(async (tx) => {
    const states: Todo[] = []
    while (states.length < count) {
      const some = tx.select({ id: todos.id }).from(todos).where(eq(todos.list, list)).orderBy(sql`random()`).limit(count - states.length)
      const rows = await tx.update(todos).set({ done: not(todos.done), revision: sql`${todos.revision} + 1` }).where(inArray(todos.id, some)).returning()
      if (rows.length === 0) throw new Problem(404, 'list_empty', `The list ${list} has no to-do to change. Add one first.`)
      states.push(...rows.map(toTodo))
    }
    return states
  })
}

const is = (list: string, id: string) => and(eq(todos.id, id), eq(todos.list, list))

const unknownTodo = (id: string) => new Problem(404, 'todo_unknown', `There is no to-do ${id} in this list. Somebody may have removed it.`)

async function todoOr404(db: Database, id: string): Promise<Todo> {
  const [row] = await db.select().from(todos).where(eq(todos.id, id))
  if (!row) throw unknownTodo(id)
  return toTodo(row)
}

function toTodo({ id, list, text, done, revision, createdAt }: typeof todos.$inferSelect): Todo {
  return { id, list, text, done, revision, createdAt: createdAt.toISOString() }
}
