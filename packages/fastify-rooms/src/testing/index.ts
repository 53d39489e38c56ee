export { connectRooms, type ConnectOptions, type TestConnection } from './connect-rooms.js'
export { brokerContract } from './broker-contract/broker-contract.js'
export type { TestRunner } from './broker-contract/runner.js'
