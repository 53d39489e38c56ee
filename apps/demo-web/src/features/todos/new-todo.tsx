import { useRef, type FormEvent } from 'react'
import type { Room } from 'react-rooms'
import { useRoomMutation } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'

/** Id of the field that adds, where the keyboard goes when the row it was on is gone. */
export const newTodoField = 'new-todo'

export function NewTodo({ list, room }: { list: string; room: Room<'todo'> }) {
  const { api } = useDemo()
  const field = useRef<HTMLInputElement>(null)
  const add = useRoomMutation(room, {
    mutationFn: (text: string, { headers }) => api.addTodo(list, text, headers),
    predict: (text, { id }) => ({ event: 'todo.upserted', data: { id, list, text, done: false, revision: 1, createdAt: new Date().toISOString() } }),
    onError: (_, text) => {
      // What was typed is not thrown away, unless something else is being typed by now.
      if (field.current?.value === '') field.current.value = text
    },
  })

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const text = field.current?.value.trim() ?? ''
    if (field.current === null || text === '') return
    add.mutate(text)
    field.current.value = ''
  }

  return (
    <form className="new-todo" onSubmit={onSubmit}>
      <input ref={field} id={newTodoField} className="field" aria-label="New to-do" placeholder="What needs doing?" maxLength={200} autoComplete="off" enterKeyHint="done" />
      <button className="button primary">Add</button>
      {add.isError && <p className="notice" role="alert">Not added: {add.error.message}</p>}
    </form>
  )
}
