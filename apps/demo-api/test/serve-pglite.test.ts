import { on } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildApp } from '../src/app.js'
import { openDatabase } from '../src/db/open-database.js'
import { servePglite, type ServedDatabase } from '../src/db/serve-pglite.js'
import { createTodo, listTodos } from '../src/db/todos.js'
import { copyDatabase } from './copy-database.js'

let folder: string
let served: ServedDatabase
let ends: (() => Promise<void>)[] = []
const failures: unknown[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-served-'))
  served = await servePglite(await copyDatabase(folder), (error) => failures.push(error))
})
afterEach(async () => {
  for (const end of ends) await end()
  ends = []
  await served.close()
  await rm(folder, { recursive: true })
  for (const failure of failures) throw failure
})

function client(): postgres.Sql {
  const sql = postgres(served.url, { max: 2, onnotice: () => {} })
  ends.push(() => sql.end())
  return sql
}
/** One message of the PostgreSQL protocol. */
function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(4 + body.length)
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')])
}

test('several clients at once get the answers to their own questions, in and out of transactions', async () => {
  const [a, b] = [client(), client()]
  await a`create table notes (who text, n int)`
  const work = async (sql: postgres.Sql, who: string, n: number): Promise<unknown> => {
    // Unnamed statements, as drizzle makes them: of different shapes, so that a mix-up cannot go unnoticed.
    const asked = who === 'a' ? sql.unsafe('select $1::text as who, $2::int as n', [who, n]) : sql.unsafe('select $1::int as n, $2::text as who, 1 as more', [n, who])
    const wrong = sql.unsafe('select 1 / $1::int', [0]).catch((error: Error) => error.message)
    await sql.begin(async (tx) => {
      await tx.unsafe('insert into notes values ($1, $2)', [who, n])
      await tx`select count(*) from notes`
    })
    return [(await asked)[0], await wrong]
  }
  const numbers = Array.from({ length: 12 }, (_, n) => n)
  const answers = await Promise.all(numbers.flatMap((n) => [work(a, 'a', n), work(b, 'b', n)]))
  expect(answers).toEqual(numbers.flatMap((n) => [
    [{ who: 'a', n }, 'division by zero'],
    [{ who: 'b', n, more: 1 }, 'division by zero'],
  ]))
  expect(await a`select who, count(*)::int from notes group by who order by who`).toEqual([{ who: 'a', count: 12 }, { who: 'b', count: 12 }])
})

test('what one client rolls back is its own, and what another asks meanwhile waits', async () => {
  const [a, b] = [client(), client()]
  await a`create table notes (who text)`
  const order: string[] = []
  let inserted: Promise<void> | undefined
  const other = async () => {
    await b`insert into notes values ('b')`
    order.push('b')
  }
  const undone = a.begin(async (tx) => {
    await tx`insert into notes values ('a')`
    inserted = other()
    await tx`select 1`
    order.push('a')
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  await inserted
  expect(order).toEqual(['a', 'b'])
  expect(await b`select who from notes`).toEqual([{ who: 'b' }])
})

test('a client that dies in a transaction leaves nothing behind and holds nobody up', async () => {
  const [a, b] = [client(), client()]
  await b`create table notes (who text)`
  const dying = connect(Number(new URL(served.url).port), '127.0.0.1')
  dying.write(Buffer.concat([message('', '\0\x03\0\0user\0postgres\0\0'), message('Q', "begin; insert into notes values ('dying')\0")]))
  let said = ''
  // ReadyForQuery, in a transaction.
  for await (const [chunk] of on(dying, 'data') as AsyncIterable<[Buffer]>) if ((said += chunk.toString('latin1')).endsWith('Z\0\0\0\x05T')) break
  const rows = Promise.all([a`select who from notes`, b`select who from notes`])
  dying.end(message('P', '\0select nothing of the kind(\0\0\0'))
  expect(await rows).toEqual([[], []])
})

test('two nodes start on it at the same time and see the same rows', async () => {
  const secret = 'a secret of the tests, long enough'
  const apps = await Promise.all([1, 2].map(() => buildApp({ database: served.url, secret })))
  ends.push(...apps.map((app) => () => app.close()))
  const [one, two] = await Promise.all([openDatabase(served.url), openDatabase(served.url)])
  ends.push(one.close, two.close)
  await Promise.all(Array.from({ length: 20 }, (_, n) => createTodo((n % 2 ? one : two).db, 'shared', `${n}`)))
  expect((await listTodos(two.db, 'shared')).map(({ text }) => Number(text)).toSorted((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  expect((await apps[0]!.inject('/api/users')).json()).toEqual((await apps[1]!.inject('/api/users')).json())
})
