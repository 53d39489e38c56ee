import type {} from './augment.js'
import { rooms } from './plugin.js'

export * from 'rooms-protocol'
export type { TransportName } from './augment.js'
export type * from './broker/broker.js'
export { memoryBroker } from './broker/memory.js'
export * from './errors.js'
export type { Limits, RoomsOptions } from './options.js'
export type { DiagnosticsMessages } from './diagnostics.js'
export type * from './rooms-api.js'
export type { RoomsStats } from './stats.js'
export { rooms }
export default rooms
