import { createContext, useContext } from 'react'
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
  readonly signOut: () => void
}

export const DemoContext = createContext<Demo | null>(null)

export function useDemo(): Demo {
  const demo = useContext(DemoContext)
  if (!demo) throw new Error('useDemo needs a DemoContext above it: render this inside the signed-in part of the app.')
  return demo
}
