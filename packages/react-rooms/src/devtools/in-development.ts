import { createElement, type ReactNode } from 'react'
import * as panel from './rooms-devtools.js'
import * as plugin from './rooms-devtools-plugin.js'

// Bundlers replace exactly this expression; written in any other way it would stay, and with it the whole panel.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * A button in a corner that opens a panel: connection, rooms, messages, presence and queue of the client, and buttons
 * that cut and slow its connection. Put it beside the app, under the provider. It renders nothing on the server, and
 * wherever `NODE_ENV` is not `development` it is an empty component; `react-rooms/devtools/production` has it always.
 *
 * @example <RoomsProvider client={client}><App /><RoomsDevtools /></RoomsProvider>
 */
export const RoomsDevtools: typeof panel.RoomsDevtools = process.env.NODE_ENV === 'development' ? panel.RoomsDevtools : Nothing

/**
 * The panel as a tab of TanStack Devtools; an empty one wherever `NODE_ENV` is not `development`.
 *
 * @param client the client to look into, recorded from now on; by default the one of the `RoomsProvider` around
 *   `TanStackDevtools`, recorded only while the tab is shown.
 * @example <TanStackDevtools plugins={[roomsDevtoolsPlugin(client)]} />
 */
export const roomsDevtoolsPlugin: typeof plugin.roomsDevtoolsPlugin = process.env.NODE_ENV === 'development' ? plugin.roomsDevtoolsPlugin : noPlugin

function Nothing(): ReactNode {
  return null
}

function noPlugin(): plugin.RoomsDevtoolsPlugin {
  return { id: 'rooms', name: 'Rooms', render: () => createElement(Nothing) }
}
