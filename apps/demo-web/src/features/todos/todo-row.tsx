import type { Todo } from 'demo-api/contract'
import type { Room } from 'react-rooms'
import { useRoomMutation } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { newTodoField } from './new-todo.js'

export function TodoRow({ todo, room }: { todo: Todo; room: Room<'todo'> }) {
  const { api } = useDemo()
  const toggle = useRoomMutation(room, {
    mutationFn: (done: boolean, { headers }) => api.setTodo(todo, { done }, headers),
    predict: (done) => ({ event: 'todo.upserted', data: { ...todo, done, revision: todo.revision + 1 } }),
  })
  // Not predicted: a row that is gone could not say that it is still there.
  const remove = useRoomMutation(room, {
    mutationFn: (_: void, { headers }) => api.removeTodo(todo, headers),
    onMutate: () => document.getElementById(newTodoField)?.focus(),
  })
  const error = toggle.error ?? remove.error
  return (
    <li className="todo" data-todo={todo.id} data-leaving={remove.isPending}>
      <label>
        <input type="checkbox" checked={todo.done} onChange={(event) => toggle.mutate(event.target.checked)} />
        <span className="todo-text">{todo.text}</span>
      </label>
      <button type="button" className="button plain todo-remove" aria-label={`Remove ${todo.text}`} onClick={() => { if (!remove.isPending) remove.mutate() }}>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M3 3l10 10M13 3 3 13" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" /></svg>
      </button>
      {error && <p className="notice" role="alert">Not changed: {error.message}</p>}
    </li>
  )
}
