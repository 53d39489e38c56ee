import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { copyDatabase } from './copy-database.js'

export interface OwnDatabase {
  /** For openDatabase. */
  location: string
  drop(): Promise<void>
}

/** A seeded database for one test file: embedded, or on the PostgreSQL server that `TEST_DATABASE_URL` names. */
export function ownDatabase(): Promise<OwnDatabase> {
  const server = process.env['TEST_DATABASE_URL']
  return server === undefined ? inFolder() : onServer(server)
}

async function inFolder(): Promise<OwnDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-api-'))
  return { location: await copyDatabase(folder), drop: () => rm(folder, { recursive: true }) }
}

async function onServer(server: string): Promise<OwnDatabase> {
  const name = `demo_${randomUUID().replaceAll('-', '')}`
  const client = postgres(server, { max: 1 })
  await client.unsafe(`create database ${name}`)
  return {
    location: Object.assign(new URL(server), { pathname: `/${name}` }).href,
    async drop() {
      await client.unsafe(`drop database ${name}`)
      await client.end()
    },
  }
}
