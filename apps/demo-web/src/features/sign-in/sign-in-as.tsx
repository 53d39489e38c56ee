import { useQuery } from '@tanstack/react-query'
import type { Api } from '../../lib/api.js'
import type { SessionStore } from '../../lib/session.js'
import './sign-in.css'

/** Signs in as the person the address names; for windows and panes opened as someone. */
export function SignInAs({ user, api, session }: { user: string; api: Api; session: SessionStore }) {
  const { error, refetch } = useQuery({
    queryKey: ['session', user],
    queryFn: async () => {
      const answer = await api.signIn(user)
      session.signIn(answer.token, answer.user)
      return answer.user
    },
    retry: false,
  })
  return (
    <main className="sign-in">
      {error
        ? <p className="notice" role="alert">{error.message} <button type="button" className="button" onClick={() => void refetch()}>Try again</button></p>
        : <p className="muted" role="status">Signing in…</p>}
    </main>
  )
}
