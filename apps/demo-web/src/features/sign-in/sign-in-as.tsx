import { useEffect, useState } from 'react'
import type { Api } from '../../lib/api.js'
import type { SessionStore } from '../../lib/session.js'
import './sign-in.css'

/** Signs in as the person the address names, once; for windows and panes opened as someone. */
export function SignInAs({ user, api, session }: { user: string; api: Api; session: SessionStore }) {
  const [error, setError] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let current = true
    api.signIn(user).then(
      (answer) => { if (current) session.signIn(answer.token, answer.user) },
      (reason: Error) => { if (current) setError(reason.message) },
    )
    return () => { current = false }
  }, [api, session, user, attempt])

  return (
    <main className="sign-in">
      {error === null
        ? <p className="muted" role="status">Signing in…</p>
        : <p className="notice" role="alert">{error} <button type="button" className="button" onClick={() => { setError(null); setAttempt(attempt + 1) }}>Try again</button></p>}
    </main>
  )
}
