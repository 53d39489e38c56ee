import { useRef, type FormEvent } from 'react'
import { useTyping, type Room } from 'react-rooms'
import { TypingLine } from '../people/typing-line.js'

/** Where a message is written, and where one sees that others write. */
export function Composer({ room, onSend }: { room: Room<'chat'>; onSend: (text: string) => void }) {
  const { typing, onInput, onBlur, stop } = useTyping(room)
  const field = useRef<HTMLInputElement>(null)

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const text = field.current?.value.trim() ?? ''
    if (field.current === null || text === '') return
    onSend(text)
    field.current.value = ''
    stop()
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      <TypingLine people={typing.flatMap(({ info }) => info?.name ?? [])} />
      <input ref={field} className="field" aria-label="Message" placeholder="Write a message" maxLength={2000} autoComplete="off" enterKeyHint="send" onInput={onInput} onBlur={onBlur} />
      <button className="button primary">Send</button>
    </form>
  )
}
