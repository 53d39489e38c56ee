import { createHash } from 'node:crypto'

const USER_CHARACTERS = 16

/**
 * Names a connection this node does not know, together with whose it must be: the node that holds it checks that,
 * because naming a stranger's connection would keep an event from that person.
 */
export function connectionOf(user: string, connection: string): string {
  return `${connection}.${fingerprint(user)}`
}

/** The connection an event is not for: what `except` names, without whose it must be. */
export function exceptedId(except: string): string {
  const dot = except.indexOf('.')
  return dot < 0 ? except : except.slice(0, dot)
}

/** Whether `except` means this connection of this user. */
export function isExcepted(except: string | null, connection: string, user: string): boolean {
  return except !== null && (except === connection || except === connectionOf(user, connection))
}

function fingerprint(user: string): string {
  return createHash('sha256').update(user).digest('base64url').slice(0, USER_CHARACTERS)
}
