import type { Member } from './contract.js'

/** A change of who is present, as the `presence` frame carries it. */
export interface PresenceDiff<M extends { readonly user: string } = Member> {
  /** Users whose last connection is gone. */
  readonly left: readonly string[]
  /** Members with their first connection. */
  readonly joined: readonly M[]
  /** Members whose state, info or number of connections changed. */
  readonly changed: readonly M[]
  /** Whoever is not in it is not there: what was known before does not count. */
  readonly snapshot?: boolean
}

/**
 * Folds a diff into a snapshot: left, then joined, then changed. Pure: returns a new map in order of arrival, or the
 * given one when nothing changed. A change of a user the snapshot does not hold (it may be one page of a big room) is
 * left out. A diff that is a snapshot itself replaces what was there.
 */
export function foldPresence<M extends { readonly user: string }>(members: ReadonlyMap<string, M>, diff: PresenceDiff<M>): ReadonlyMap<string, M> {
  const { snapshot = false } = diff
  if (!snapshot && diff.left.length + diff.joined.length + diff.changed.length === 0) return members
  const next = new Map(snapshot ? [] : members)
  let touched = snapshot
  for (const user of diff.left) touched = next.delete(user) || touched
  for (const member of diff.joined) {
    next.set(member.user, member)
    touched = true
  }
  for (const member of diff.changed) {
    if (!next.has(member.user)) continue
    next.set(member.user, member)
    touched = true
  }
  return touched ? next : members
}
