import { useQuery } from '@tanstack/react-query'
import { useRoom, useRoomEvent } from 'react-rooms'
import { useRoomQuery } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { LoadFailed } from '../load-failed.js'
import { WhoIsHere } from '../people/who-is-here.js'
import { Composer } from './composer.js'
import { MessageLog } from './message-log.js'
import { messagesQuery } from './messages-query.js'
import { useOutgoing } from './use-outgoing.js'
import './chat.css'

/** One chat: who is here, what was said, who is writing. */
export function ChatView({ chat }: { chat: string }) {
  const { api, pulse } = useDemo()
  const room = useRoom(`chat:${chat}`)
  const { data: messages, error, refetch } = useRoomQuery(messagesQuery(api, chat))
  const { outgoing, send, retry, discard } = useOutgoing(room)
  useRoomEvent(room, 'message', (_, meta) => pulse.note(meta))

  return (
    <section className="chat" aria-labelledby="chat-title">
      <header className="panel-head">
        <h2 id="chat-title" tabIndex={-1}><ChatTitle chat={chat} /></h2>
        <WhoIsHere room={room} />
      </header>
      <div className="panel chat-panel">
        {error && !messages && <LoadFailed what="messages" error={error} onRetry={() => void refetch()} />}
        {messages && <MessageLog messages={messages} outgoing={outgoing} onRetry={retry} onDiscard={discard} />}
        <Composer room={room} onSend={send} />
      </div>
      <OtherChats current={chat} />
    </section>
  )
}

function useChats() {
  const { api } = useDemo()
  return useQuery({ queryKey: ['chats'], queryFn: ({ signal }) => api.chats(signal), staleTime: Infinity }).data
}

function ChatTitle({ chat }: { chat: string }) {
  // Until the titles are here, the name that is in the address, written as a title is.
  return useChats()?.find(({ id }) => id === chat)?.title ?? chat.charAt(0).toUpperCase() + chat.slice(1)
}

function OtherChats({ current }: { current: string }) {
  const chats = useChats()
  // Its place is kept, so that what stands above does not move.
  if (!chats) return <div className="small chat-others" />
  const others = chats.filter(({ id }) => id !== current)
  if (others.length === 0) return null
  return (
    <nav className="small muted chat-others" aria-label="Other chats">
      Other chats: {others.map(({ id, title }) => <a key={id} href={`#/chat/${id}`}>{title}</a>)}
    </nav>
  )
}
