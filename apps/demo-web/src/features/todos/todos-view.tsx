import { useRoom, useRoomEvent } from 'react-rooms'
import { useRoomQuery } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { LoadFailed } from '../load-failed.js'
import { NewTodo } from './new-todo.js'
import { TodoRow } from './todo-row.js'
import { todosQuery } from './todos-query.js'
import './todos.css'

const list = 'home'

/** One list, the same for everybody. */
export function TodosView() {
  const { api, pulse } = useDemo()
  const room = useRoom(`todo:${list}`)
  const { data: todos, error, refetch } = useRoomQuery(todosQuery(api, list))
  useRoomEvent(room, 'todo.upserted', (_, meta) => pulse.note(meta))
  useRoomEvent(room, 'todo.removed', (_, meta) => pulse.note(meta))

  return (
    <section className="todos" aria-labelledby="todos-title">
      <header className="panel-head">
        <h2 id="todos-title" tabIndex={-1}>Shared list</h2>
        {todos && <p className="muted number">{todos.filter(({ done }) => done).length} of {todos.length} done</p>}
      </header>
      <NewTodo list={list} room={room} />
      {error && !todos && <LoadFailed what="to-dos" error={error} onRetry={() => void refetch()} />}
      {todos?.length === 0 && <p className="empty">Nothing to do. Add the first thing above; everyone sees it at once.</p>}
      {todos && todos.length > 0 && (
        <ul className="panel todo-list" aria-label="To-dos">
          {todos.map((todo) => <TodoRow key={todo.id} todo={todo} room={room} />)}
        </ul>
      )}
    </section>
  )
}
