import type { Sent } from '../../src/rooms-api.js'
import { eventually } from '../support/eventually.js'
import type { TestServer } from '../support/test-server.js'

/** Sends an event of the test's rooms until the broker takes it; its id keeps what was taken unheard from coming twice. */
export function sendUntilTaken({ app }: Pick<TestServer, 'app'>, room: string, data: unknown, id: string): Promise<Sent> {
  return eventually(() => app.rooms.send(room, 'tick', data, { id }))
}
