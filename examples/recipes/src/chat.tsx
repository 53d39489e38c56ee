import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { usePresence, usePublish, useRoom, useTyping } from 'react-rooms'
import { roomQuery, useRoomQuery } from 'react-rooms/query'
import type { Message } from '../server/contract.js'
import { api } from './api.js'

const messagesQuery = (id: string) => roomQuery({
  room: `chat:${id}`,
  queryKey: ['chat', id],
  queryFn: async ({ signal, seen }): Promise<Message[]> => seen(await api(`/api/chats/${id}`, { signal })).json(),
  on: { message: 'upsert' },
})

export function Chat({ id }: { id: string }) {
  const room = useRoom(`chat:${id}`)
  const { data: messages = [] } = useRoomQuery(messagesQuery(id))
  const { members } = usePresence(room)
  const { typing, onInput, onBlur, stop } = useTyping(room)
  const send = useMutation({ mutationFn: usePublish(room, 'message') })
  const [text, setText] = useState('')

  const submit = () => {
    stop()
    send.mutate({ text }, { onSuccess: () => setText('') })
  }
  return (
    <section>
      <p>Here: {members.map((member) => member.info.name).join(', ')}</p>
      {messages.map((message) => <p key={message.id}><b>{message.author}</b> {message.text}</p>)}
      <p>{typing.map((typist) => `${typist.info.name} is typing… `)}</p>
      <form action={submit}>
        <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} onInput={onInput} onBlur={onBlur} />
        <button disabled={send.isPending}>Send</button> {send.error?.message}
      </form>
    </section>
  )
}
