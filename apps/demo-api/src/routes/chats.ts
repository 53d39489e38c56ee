import { RoomsRefusal } from 'fastify-rooms'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Message } from '../contract.js'
import { listMessages, storeMessage } from '../db/messages.js'
import { bearer, refusals } from './schemas.js'

const docs = { tags: ['chats'], security: bearer }
const chats = [{ id: 'lobby', title: 'Lobby' }, { id: 'support', title: 'Support' }]

/** History over REST; messages are sent through the room. */
export const chatRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/chats', {
    schema: { ...docs, summary: 'The chats on offer', response: { 200: z.array(z.object({ id: z.string(), title: z.string() })), ...refusals } },
  }, async () => chats)

  app.get('/chats/:id/messages', {
    config: { rooms: { position: (request) => `chat:${request.params['id']}` } },
    schema: {
      ...docs,
      summary: 'A page of a chat, oldest first: the newest, or the one before a message',
      params: z.object({ id: z.string().regex(/^[A-Za-z0-9_.~:-]{1,128}$/, 'must be what may follow chat: in a room name') }),
      querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), before: z.string().optional().describe('a message id') }),
      response: { 200: z.array(Message), ...refusals },
    },
  }, async (request) => listMessages(app.db, request.params.id, request.query))

  app.rooms.handle('chat', 'message', async ({ room, user, id, data }) => {
    const message = await storeMessage(app.db, { id, chat: room.id, author: user.id, text: data.text })
    if (message?.author !== user.id || message.chat !== room.id || message.text !== data.text) {
      throw new RoomsRefusal('conflict', 'This id belongs to another message. Send yours with a new id.')
    }
    return message
  })
}
