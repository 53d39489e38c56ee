import type { Message } from 'demo-api/contract'
import { roomQuery } from 'react-rooms/query'
import type { Api } from '../../lib/api.js'

/** The newest page of a chat, kept current by its room. */
export function messagesQuery(api: Api, chat: string) {
  return roomQuery({
    room: `chat:${chat}`,
    queryKey: ['messages', chat],
    queryFn: async ({ signal, seen }): Promise<Message[]> => seen(await api.messages(chat, signal)).json(),
    on: { message: 'upsert' },
  })
}
