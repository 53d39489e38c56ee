import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import { SignIn } from './features/sign-in/sign-in.js'
import { SignInAs } from './features/sign-in/sign-in-as.js'
import { createApi } from './lib/api.js'
import { createNetwork } from './lib/network.js'
import { createRenewal, type Renew } from './lib/renewal.js'
import { createSessionStore } from './lib/session.js'
import { SignedIn } from './signed-in.js'

interface Props {
  /** Sign in as this person without asking. */
  readonly as: string | null
  /** One of several windows on a page, which has the ways to other screens. */
  readonly pane: boolean
}

/** One person's window: the sign-in, or the app of whoever is signed in. */
export function App({ as, pane }: Props) {
  const [{ network, session, api, renew, door }] = useState(() => open(as))
  const current = useSyncExternalStore(session.subscribe, session.get)

  if (current.state === 'signed-in') return <SignedIn key={current.person.id} person={current.person} {...{ session, api, renew, network }} frame={pane ? 'pane' : as === null ? 'whole' : 'with-switch'} />
  return (
    <QueryClientProvider client={door}>
      {as !== null && current.why === 'not-yet'
        ? <SignInAs user={as} api={api} session={session} />
        : <SignIn api={api} session={session} again={current.why === 'refused'} />}
    </QueryClientProvider>
  )
}

/** What outlives a sign-out. */
function open(as: string | null) {
  const network = createNetwork()
  const session = createSessionStore(as === null ? 'rooms-demo' : `rooms-demo-${as}`)
  const token = () => {
    const now = session.get()
    return now.state === 'signed-in' ? now.token : null
  }
  // Before anyone is signed in there is a list of people to read; what they read afterwards is kept apart from each other.
  const door = new QueryClient()
  const api = createApi({ fetch: network.fetch, token, renew: (refused) => renew(refused), onRefused: () => session.signOut('refused') })
  const renew: Renew = createRenewal(session, api.signIn)
  return { network, session, door, api, renew }
}
