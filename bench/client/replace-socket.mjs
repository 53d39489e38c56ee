// Imported first: socket.io-client looks for WebSocket when it is loaded.
import { FakeSocket } from './fake-socket.mjs'

globalThis.WebSocket = FakeSocket
