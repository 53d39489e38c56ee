import { useState, useSyncExternalStore } from 'react'
import { SignIn } from './features/sign-in/sign-in.js'
import { SignInAs } from './features/sign-in/sign-in-as.js'
import { createApi } from './lib/api.js'
import { createNetwork } from './lib/network.js'
import { createSessionStore } from './lib/session.js'
import { SignedIn } from './signed-in.js'

/** One person's window: the sign-in, or the app of whoever is signed in. `as`: sign in as this person without asking. */
export function App({ as }: { as: string | null }) {
  const [{ network, session, api }] = useState(() => open(as))
  const current = useSyncExternalStore(session.subscribe, session.get)

  if (current.state === 'signed-in') return <SignedIn key={current.person.id} person={current.person} {...{ session, api, network }} lab={as !== null} />
  if (as !== null && current.why === 'not-yet') return <SignInAs user={as} api={api} session={session} />
  return <SignIn api={api} session={session} again={current.why === 'refused'} />
}

/** What outlives a sign-out. */
function open(as: string | null) {
  const network = createNetwork()
  const session = createSessionStore(as === null ? 'rooms-demo' : `rooms-demo-${as}`)
  const token = () => {
    const now = session.get()
    return now.state === 'signed-in' ? now.token : null
  }
  return { network, session, api: createApi({ fetch: network.fetch, token, onRefused: () => session.signOut('refused') }) }
}
