import { UnauthorizedError } from 'react-rooms'
import { ApiError, type Api } from './api.js'
import type { SessionStore } from './session.js'

/** Answers of the sign-in that no later try will better: who this is may not, or may not any more. */
const OVER = [401, 403, 404]

/** Gives a token other than the one that was refused; without one, a new token in any case. */
export type Renew = (refused?: string) => Promise<string>

/**
 * Signs the same person in again, with one request for all who ask meanwhile. A refused token is no end of the session: it
 * ran out while the machine slept, or the server has a new secret. The end is what the sign-in says, and only then this
 * signs out and throws `UnauthorizedError`. A server that cannot be reached has said nothing: who asked may ask again.
 */
export function createRenewal(session: SessionStore, signIn: Api['signIn']): Renew {
  const underWay = new Map<string, Promise<string>>()

  const isSignedIn = (person: string) => {
    const now = session.get()
    return now.state === 'signed-in' && now.person.id === person
  }
  const ask = async (person: string) => {
    try {
      const { token } = await signIn(person)
      if (!isSignedIn(person)) throw new UnauthorizedError()
      session.renew(token)
      return token
    } catch (error) {
      if (!(error instanceof ApiError && OVER.includes(error.status))) throw error
      if (isSignedIn(person)) session.signOut('refused')
      throw new UnauthorizedError()
    } finally {
      underWay.delete(person)
    }
  }

  return async (refused) => {
    const now = session.get()
    if (now.state === 'signed-out') throw new UnauthorizedError()
    if (refused !== undefined && now.token !== refused) return now.token
    const asked = underWay.get(now.person.id) ?? ask(now.person.id)
    underWay.set(now.person.id, asked)
    return asked
  }
}
