import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyOnce, forgetOldChanges } from '../src/db/apply-once.js'
import type { Database, OpenDatabase } from '../src/db/database.js'
import { openDatabase } from '../src/db/open-database.js'
import { createOrder, listOrders } from '../src/db/orders.js'
import { changes } from '../src/db/schema.js'
import { listUsers } from '../src/db/users.js'
import { copyDatabase } from './copy-database.js'

let folder: string
let open: OpenDatabase[] = []
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'demo-database-')) })
afterEach(async () => {
  for (const { close } of open) await close()
  open = []
  await rm(folder, { recursive: true })
})

async function openIt(location: string): Promise<Database> {
  const opened = await openDatabase(location)
  open.push(opened)
  return opened.db
}
async function closeIt(): Promise<void> {
  await open.pop()?.close()
}

test('opening again migrates and seeds nothing twice, and keeps what was stored', async () => {
  const location = await copyDatabase(folder)
  const first = await openIt(location)
  expect(await listOrders(first)).toHaveLength(6)
  const order = await createOrder(first, { owner: 'bo', item: 'Scale', quantity: 1 })
  await closeIt()
  const second = await openIt(location)
  expect((await listOrders(second))[0]).toEqual(order)
  expect(await listUsers(second)).toHaveLength(4)
  expect((await second.execute(sql`select count(*)::int as n from drizzle.__drizzle_migrations`) as { rows: unknown[] }).rows).toEqual([{ n: 2 }])
})

test('a first start that was killed half-way is started over', async () => {
  await mkdir(join(folder, 'database.unfinished'))
  await writeFile(join(folder, 'database.unfinished', 'PG_VERSION'), 'half')
  expect(await listUsers(await openIt(join(folder, 'database')))).toHaveLength(4)
})

test('a folder whose database is damaged is refused with the cure, and left free', async () => {
  await mkdir(join(folder, 'database'))
  await writeFile(join(folder, 'database', 'PG_VERSION'), 'half')
  await expect(openIt(join(folder, 'database'))).rejects.toThrow(/could not be opened\. Delete that folder/)
  await rm(join(folder, 'database'), { recursive: true })
  expect(await listUsers(await openIt(await copyDatabase(folder)))).toHaveLength(4)
})

test('a folder in use is refused, and free again once closed', async () => {
  const location = await copyDatabase(folder)
  await openIt(location)
  await expect(openIt(location)).rejects.toThrow(/is in use by another process\. Stop that one, or set DATA_DIR/)
  await closeIt()
  await openIt(location)
})

test('a database in memory is gone once closed', async () => {
  const db = await openIt('memory://')
  await createOrder(db, { owner: 'bo', item: 'Scale', quantity: 1 })
  await closeIt()
  expect(await listOrders(await openIt('memory://'))).toHaveLength(6)
})

test('a change that fails is not remembered, so that its retry runs', async () => {
  const db = await openIt(await copyDatabase(folder))
  const change = { id: 'x', author: 'ana', fingerprint: 'f' }
  let runs = 0
  const apply = (fail: boolean) => applyOnce(db, change, async () => {
    runs++
    if (fail) throw new Error('no')
    return 'subject'
  }, async (_, subject) => subject)
  await expect(apply(true)).rejects.toThrow('no')
  expect(await Promise.all([apply(false), apply(false)])).toEqual(['subject', 'subject'])
  expect(runs).toBe(2)
})

test('ids older than a day are forgotten', async () => {
  const db = await openIt(await copyDatabase(folder))
  const row = { author: 'ana', fingerprint: 'f', subject: 's' }
  await db.insert(changes).values([{ ...row, id: 'old', at: sql`now() - interval '25 hours'` }, { ...row, id: 'young' }])
  await forgetOldChanges(db)
  expect((await db.select().from(changes)).map(({ id }) => id)).toEqual(['young'])
})
