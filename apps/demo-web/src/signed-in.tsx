import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { RoomsProvider } from 'react-rooms'
import { attachQueryClient } from 'react-rooms/query'
import type { Api } from './lib/api.js'
import { DemoContext } from './lib/demo-context.js'
import { createLive } from './lib/live.js'
import type { Network } from './lib/network.js'
import { createPulse } from './lib/pulse.js'
import type { Person, SessionStore } from './lib/session.js'
import { Shell } from './shell.js'

interface Props { readonly person: Person; readonly session: SessionStore; readonly api: Api; readonly network: Network; readonly lab: boolean }

/** Everything one signed-in person's screens stand on: one rooms client, one query cache, bound together. */
export function SignedIn({ person, session, api, network, lab }: Props) {
  const [{ rooms, queries }] = useState(() => createLive({ session, api, network }))
  const [pulse] = useState(() => createPulse())
  useEffect(() => attachQueryClient(rooms, queries), [rooms, queries])
  useEffect(() => rooms.subscribe(() => {
    if (rooms.connection().status === 'unauthorized') session.signOut('refused')
  }), [rooms, session])

  const demo = useMemo(() => ({ person, api, network, pulse, signOut: () => session.signOut('left') }), [person, api, network, pulse, session])
  return (
    <DemoContext value={demo}>
      <RoomsProvider client={rooms}>
        <QueryClientProvider client={queries}>
          <Shell lab={lab} />
        </QueryClientProvider>
      </RoomsProvider>
    </DemoContext>
  )
}
