export { RoomsDevtools, roomsDevtoolsPlugin } from './in-development.js'
export type { RoomsDevtoolsProps } from './rooms-devtools.js'
export type { RoomsDevtoolsPlugin } from './rooms-devtools-plugin.js'
