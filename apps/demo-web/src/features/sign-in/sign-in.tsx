import { useEffect, useState } from 'react'
import type { Api } from '../../lib/api.js'
import type { Person, SessionStore } from '../../lib/session.js'
import { Mark } from '../../mark.js'
import { Avatar } from '../people/avatar.js'
import './sign-in.css'

interface Props { readonly api: Api; readonly session: SessionStore; readonly again: boolean }

/** Pick who you are. These are people of a demo: there is no password to play at. */
export function SignIn({ api, session, again }: Props) {
  const [people, setPeople] = useState<readonly Person[]>([])
  const [error, setError] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let current = true
    api.users().then(
      (users) => { if (current) { setPeople(users); setError(null) } },
      (reason: Error) => { if (current) setError(reason.message) },
    )
    return () => { current = false }
  }, [api, attempt])

  const enter = async (person: Person) => {
    try {
      const { token, user } = await api.signIn(person.id)
      session.signIn(token, user)
    } catch (reason) {
      setError((reason as Error).message)
    }
  }

  return (
    <main className="sign-in">
      <h1><Mark /> Rooms</h1>
      <p className="muted">Orders, a chat and a list that are live in every window. Pick who you are; open a second window as someone else.</p>
      {again && <p className="notice" role="alert">Please sign in again: the server did not accept your sign-in any more.</p>}
      {error !== null && (
        <p className="notice" role="alert">{error} <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>Try again</button></p>
      )}
      <ul className="panel people" aria-label="Sign in as">
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => void enter(person)}>
              <Avatar id={person.id} name={person.name} decorative />
              <span><strong>{person.name}</strong> <span className="muted small">{person.role === 'staff' ? 'Staff, sees every order' : 'Customer, sees own orders'}</span></span>
            </button>
          </li>
        ))}
      </ul>
      <p className="small"><a href="?pane">Two people, side by side</a></p>
    </main>
  )
}
