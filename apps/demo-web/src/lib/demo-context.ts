import { createContext, useContext } from 'react'
import type { RoomsClientOptions } from 'react-rooms'
import type { Api } from './api.js'
import type { Network } from './network.js'
import type { Pulse } from './pulse.js'
import type { Person } from './session.js'

/** What every screen of a signed-in person may use. */
export interface Demo {
  readonly person: Person
  readonly api: Api
  readonly network: Network
  readonly pulse: Pulse
  /** For a connection that is not one of the rooms client's. */
  readonly getToken: NonNullable<RoomsClientOptions['getToken']>
  readonly signOut: () => void
  /** The server takes no token of this person any more: back to the sign-in, which says so. */
  readonly onRefused: () => void
}

export const DemoContext = createContext<Demo | null>(null)

export function useDemo(): Demo {
  const demo = useContext(DemoContext)
  if (!demo) throw new Error('useDemo needs a DemoContext above it: render this inside the signed-in part of the app.')
  return demo
}
