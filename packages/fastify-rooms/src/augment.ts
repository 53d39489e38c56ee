import type { RoomName } from 'rooms-protocol'
import type { Rooms } from './rooms-api.js'

/** Which of the plugin's transports a route belongs to; lets an application's hooks tell them apart. */
export type TransportName = 'websocket' | 'sse' | 'poll' | 'http'

declare module 'fastify' {
  interface FastifyInstance {
    rooms: Rooms
  }
  interface FastifyRequest {
    /** `id`: header `Rooms-Event-Id`; `connection`: header `Rooms-Connection`, only where it is this user's. */
    readonly rooms: { readonly id: string | undefined; readonly connection: string | undefined }
  }
  interface FastifyContextConfig {
    rooms?: {
      transport?: TransportName
      /** Stamps 2xx answers with `Rooms-Position: room=position`, read before the handler runs. */
      position?: RoomName | ((request: FastifyRequest<{ Params: Record<string, string> }>) => RoomName)
    }
  }
}
