import { onlineManager, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { RoomsProvider } from 'react-rooms'
import { RoomsDevtools } from 'react-rooms/devtools'
import type { Api } from './lib/api.js'
import { DemoContext } from './lib/demo-context.js'
import { createLive, tokenOf } from './lib/live.js'
import type { Network } from './lib/network.js'
import { createPulse } from './lib/pulse.js'
import type { Renew } from './lib/renewal.js'
import type { Person, SessionStore } from './lib/session.js'
import { Shell, type Frame } from './shell.js'

interface Props {
  readonly person: Person
  readonly session: SessionStore
  readonly api: Api
  readonly renew: Renew
  readonly network: Network
  readonly frame: Frame
}

/** Everything one signed-in person's screens stand on: one rooms client and one query cache. */
export function SignedIn({ person, session, api, renew, network, frame }: Props) {
  const [getToken] = useState(() => tokenOf(session, renew))
  const [{ rooms, queries }] = useState(() => createLive(network, getToken))
  const [pulse] = useState(() => createPulse(network.asked))
  // Two tokens in a row were refused, or there is none to be had.
  useEffect(() => rooms.subscribe(() => {
    if (rooms.connection().status === 'unauthorized') session.signOut('refused')
  }), [rooms, session])

  useEffect(() => network.subscribe(() => {
    // React Query holds changes back while there is no network, and sends them when it is there again.
    onlineManager.setOnline(!network.isCut())
    // What a browser says when the cable is back; nobody needs to wait for the next attempt.
    if (!network.isCut()) window.dispatchEvent(new Event('online'))
  }), [network])

  const demo = useMemo(() => ({
    person, api, network, pulse, getToken,
    signOut: () => session.signOut('left'),
    onRefused: () => session.signOut('refused'),
  }), [person, api, network, pulse, getToken, session])
  return (
    <DemoContext value={demo}>
      <RoomsProvider client={rooms}>
        <QueryClientProvider client={queries}>
          <Shell frame={frame} />
          {frame !== 'pane' && <RoomsDevtools buttonPosition="bottom-right" />}
        </QueryClientProvider>
      </RoomsProvider>
    </DemoContext>
  )
}
