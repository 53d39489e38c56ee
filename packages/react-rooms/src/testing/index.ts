export { createMockRooms, type MockRooms, type MockRoomsOptions } from './create-mock-rooms.js'
export type { MockPublishHandler, MockRoom, MockSendOptions, MockSent } from './mock-room.js'
export type { Held, MockAnswer, MockPublication } from './publishing.js'
export type { ArrivalOrder } from './faults.js'
