export { connectRooms, type ConnectOptions, type TestConnection } from './connect-rooms.js'
