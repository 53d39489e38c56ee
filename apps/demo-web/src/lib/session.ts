import type { Role } from 'demo-api/contract'

/** Who is signed in. */
export interface Person { readonly id: string; readonly name: string; readonly role: Role }

export type Session =
  | { readonly state: 'signed-out'; readonly why: 'not-yet' | 'left' | 'refused' }
  | { readonly state: 'signed-in'; readonly token: string; readonly person: Person }

export interface SessionStore {
  get(): Session
  subscribe(listener: () => void): () => void
  signIn(token: string, person: Person): void
  /** Takes a new token of the same person, without starting over. */
  renew(token: string): void
  signOut(why: 'left' | 'refused'): void
}

/** Holds one session and keeps it over a reload. `key` tells the panes of one window apart, which share their storage. */
export function createSessionStore(key: string, storage: Storage = sessionStorage): SessionStore {
  const listeners = new Set<() => void>()
  let session = read(storage.getItem(key))

  const become = (next: Session) => {
    session = next
    if (next.state === 'signed-in') storage.setItem(key, JSON.stringify({ token: next.token, person: next.person }))
    else storage.removeItem(key)
    for (const listener of listeners) listener()
  }

  return {
    get: () => session,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    signIn: (token, person) => become({ state: 'signed-in', token, person }),
    renew: (token) => {
      if (session.state === 'signed-in') become({ ...session, token })
    },
    signOut: (why) => {
      if (session.state === 'signed-in') become({ state: 'signed-out', why })
    },
  }
}

function read(stored: string | null): Session {
  if (stored === null) return { state: 'signed-out', why: 'not-yet' }
  const { token, person } = JSON.parse(stored) as { token: string; person: Person }
  return { state: 'signed-in', token, person }
}
