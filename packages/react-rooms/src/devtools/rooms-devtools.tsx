import { useEffect, type ReactNode } from 'react'
import type { RoomsClient } from '../client/rooms-client.js'
import { useRoomsClient } from '../react/provider.js'
import { mountPanel } from './mount-panel.js'
import { FloatingPanel, type Corner } from './panel/floating-panel.js'
import { tapOf } from './tap.js'

export interface RoomsDevtoolsProps {
  /** Where the button is. Default `bottom-left`: React Query's is at the bottom right. */
  buttonPosition?: Corner
  /** Whether the panel is open when this tab has not opened or closed it yet. Default false. */
  initialIsOpen?: boolean
  /** Default `system`. */
  theme?: 'light' | 'dark' | 'system'
  /** The client to look into; default the one of the nearest `RoomsProvider`. */
  client?: RoomsClient
}

/**
 * A button in a corner that opens a panel: connection, rooms, messages, presence and queue of the client, and buttons
 * that cut and slow its connection. Put it beside the app, under the provider. It renders nothing on the server and, in
 * its place in the tree, nothing at all.
 *
 * @example <RoomsProvider client={client}><App /><RoomsDevtools /></RoomsProvider>
 */
export function RoomsDevtools({ client, ...props }: RoomsDevtoolsProps): ReactNode {
  return client === undefined ? <OfProvider {...props} /> : <OfClient {...props} client={client} />
}

function OfProvider(props: Omit<RoomsDevtoolsProps, 'client'>): ReactNode {
  return <OfClient {...props} client={useRoomsClient()} />
}

function OfClient({ client, buttonPosition = 'bottom-left', initialIsOpen = false, theme = 'system' }: RoomsDevtoolsProps & { client: RoomsClient }): ReactNode {
  // Sockets open in a microtask after the commit that holds their rooms: an effect of that commit comes before them.
  useEffect(() => tapOf(client).attach(), [client])
  useEffect(
    () => mountPanel(document.body, <FloatingPanel client={client} corner={buttonPosition} initialIsOpen={initialIsOpen} />, { theme }),
    [client, buttonPosition, initialIsOpen, theme],
  )
  return null
}
