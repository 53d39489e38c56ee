import type { FastifyInstance } from 'fastify'
import type { Message } from './contract.js'

const messages = new Map<string, Message & { chat: string }>() // stands for a table

export async function chat(api: FastifyInstance) {
  // What a client publishes comes here, its data checked. A retry has the same id, so user and id are the row's key.
  api.rooms.handle('chat', 'message', async ({ room, user, id, data }) => {
    const message = { id: `${user.id}:${id}`, author: user.info?.name ?? user.id, text: data.text }
    messages.set(message.id, { ...message, chat: room.id })
    return message // what is returned becomes the event: everyone in the room gets it, the author too
  })

  api.get<{ Params: { id: string } }>('/api/chats/:id', { config: { rooms: { position: (request) => `chat:${request.params.id}` } } }, async (request) =>
    [...messages.values()].filter((message) => message.chat === request.params.id))
}
