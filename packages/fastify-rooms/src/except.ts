import { hash } from 'node:crypto'

const USER_CHARACTERS = 16

/**
 * Names a connection this node does not know, together with whose it must be: the node that holds it checks that,
 * because naming a stranger's connection would keep an event from that person. A polling client has no node that holds
 * it for long, so this is its id from the start.
 */
export function connectionOf(user: string, connection: string): string {
  return `${connection}.${fingerprint(user)}`
}

/** Whether an id says whose it is, and says that user. */
export function isOwnName(id: string, user: string): boolean {
  return id === connectionOf(user, bareId(id))
}

/** A connection's name without whose it must be. */
export function bareId(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? name : name.slice(0, dot)
}

/** Whether `except` means this connection of this user. */
export function isExcepted(except: string | null, connection: string, user: string): boolean {
  return except !== null && (except === connection || except === connectionOf(user, connection))
}

function fingerprint(user: string): string {
  return hash('sha256', user, 'base64url').slice(0, USER_CHARACTERS)
}
