export { RoomsDevtools, type RoomsDevtoolsProps } from './rooms-devtools.js'
export { roomsDevtoolsPlugin, type RoomsDevtoolsPlugin } from './rooms-devtools-plugin.js'
