import { useEffect, useRef, type ReactElement, type ReactNode } from 'react'
import type { RoomsClient } from '../client/rooms-client.js'
import { useRoomsClient } from '../react/provider.js'
import { mountPanel } from './mount-panel.js'
import { EmbeddedPanel } from './panel/embedded-panel.js'
import { tapOf } from './tap.js'

type Theme = 'light' | 'dark'

/** What `TanStackDevtools` of `@tanstack/react-devtools` takes in `plugins`; the part of it that has been the same since its first version. */
export interface RoomsDevtoolsPlugin {
  readonly id: string
  readonly name: string
  readonly render: (element: HTMLElement, how?: Theme | { readonly theme: Theme }) => ReactElement
}

/**
 * The panel as a tab of TanStack Devtools.
 *
 * @param client the client to look into, recorded from now on; by default the one of the `RoomsProvider` around
 *   `TanStackDevtools`, recorded only while the tab is shown.
 * @example <TanStackDevtools plugins={[roomsDevtoolsPlugin(client)]} />
 */
export function roomsDevtoolsPlugin(client?: RoomsClient): RoomsDevtoolsPlugin {
  if (client !== undefined) tapOf(client).attach()
  return {
    id: 'rooms',
    name: 'Rooms',
    render: (_element, how) => {
      const theme = typeof how === 'object' ? how.theme : how
      return client === undefined ? <OfProvider theme={theme} /> : <OfClient client={client} theme={theme} />
    },
  }
}

function OfProvider({ theme }: { theme: Theme | undefined }): ReactNode {
  return <OfClient client={useRoomsClient()} theme={theme} />
}

function OfClient({ client, theme }: { client: RoomsClient; theme: Theme | undefined }): ReactNode {
  const placeRef = useRef<HTMLDivElement>(null)
  useEffect(() => tapOf(client).attach(), [client])
  useEffect(() => mountPanel(placeRef.current!, <EmbeddedPanel client={client} />, { embedded: true, ...(theme && { theme }) }), [client, theme])
  return <div ref={placeRef} style={{ height: '100%' }} />
}
