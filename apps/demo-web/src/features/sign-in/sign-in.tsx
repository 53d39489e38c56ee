import { useMutation, useQuery } from '@tanstack/react-query'
import type { Api } from '../../lib/api.js'
import type { SessionStore } from '../../lib/session.js'
import { Mark } from '../../mark.js'
import { Avatar } from '../people/avatar.js'
import './sign-in.css'

interface Props { readonly api: Api; readonly session: SessionStore; readonly again: boolean }

/** Pick who you are. These are people of a demo: there is no password to play at. */
export function SignIn({ api, session, again }: Props) {
  const people = useQuery({ queryKey: ['users'], queryFn: api.users, retry: false })
  const enter = useMutation({ mutationFn: api.signIn, onSuccess: ({ token, user }) => session.signIn(token, user) })
  const error = people.error ?? enter.error

  return (
    <main className="sign-in">
      <h1><Mark /> Rooms</h1>
      <p className="muted">Orders, a pantry, a chat and a list that are live in every window. Pick who you are; open a second window as someone else.</p>
      {again && <p className="notice" role="alert">Please sign in again: the server did not accept your sign-in any more.</p>}
      {error && <p className="notice" role="alert">{error.message} <button type="button" className="button" onClick={() => void people.refetch()}>Try again</button></p>}
      <ul className="panel people" aria-label="Sign in as">
        {people.data?.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => enter.mutate(person.id)}>
              <Avatar id={person.id} name={person.name} decorative />
              <span><strong>{person.name}</strong> <span className="muted small">{person.role === 'staff' ? 'Staff, sees every order' : 'Customer, sees own orders'}</span></span>
            </button>
          </li>
        ))}
      </ul>
      <a className="panel proof-link" href="?pane"><strong>The proof in thirty seconds</strong> <span className="muted small">Two people side by side. Cut a network, edit on both sides, see it catch up.</span></a>
    </main>
  )
}
