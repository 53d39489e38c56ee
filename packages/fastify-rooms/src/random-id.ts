import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4_096)
let used = pool.length

/** `bytes` random bytes as base64url; drawn from a pool because a system call per event would show in profiles. */
export function randomId(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const id = pool.toString('base64url', used, used + bytes)
  used += bytes
  return id
}

/** 128 bits: connections and events without an id of their own. */
export const ID_BYTES = 16
/** 48 bits, 8 characters: tags. */
export const TAG_BYTES = 6
