import { useRoom } from 'react-rooms'
import { roomQuery, useRoomMutation, useRoomQuery } from 'react-rooms/query'
import type { Todo } from '../server/contract.js'
import { api } from './api.js'

const todosQuery = (list: string) => roomQuery({
  room: `todo:${list}`,
  queryKey: ['todos', list],
  queryFn: async ({ signal, seen }): Promise<Todo[]> => seen(await api(`/api/todos/${list}`, { signal })).json(),
  on: { 'todo.saved': 'upsert', 'todo.removed': 'remove' },
})

export function Todos({ list }: { list: string }) {
  const room = useRoom(`todo:${list}`)
  const { data: todos = [] } = useRoomQuery(todosQuery(list))
  // The predicted event shows at once, other people's changes stay, and a failure takes only the prediction back.
  const save = useRoomMutation(room, {
    mutationFn: (todo: Todo, { headers }) => api(`/api/todos/${list}/${todo.id}`, { method: 'PUT', headers, body: JSON.stringify(todo) }),
    predict: (todo) => ({ event: 'todo.saved', data: todo }),
  })
  const remove = useRoomMutation(room, {
    mutationFn: (id: string, { headers }) => api(`/api/todos/${list}/${id}`, { method: 'DELETE', headers }),
    predict: (id) => ({ event: 'todo.removed', data: { id } }),
  })
  return (
    <section>
      {todos.map((todo) => (
        <p key={todo.id}>
          <label><input type="checkbox" checked={todo.done} onChange={() => save.mutate({ ...todo, done: !todo.done })} /> {todo.text}</label>{' '}
          <button onClick={() => remove.mutate(todo.id)}>Remove</button>
        </p>
      ))}
      <form action={(form) => save.mutate({ id: crypto.randomUUID(), text: String(form.get('text')), done: false })}>
        <input aria-label="New to-do" name="text" required />
      </form>
    </section>
  )
}
