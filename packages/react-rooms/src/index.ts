export * from './client/index.js'
export { RoomsProvider, useRoomsClient } from './react/provider.js'
