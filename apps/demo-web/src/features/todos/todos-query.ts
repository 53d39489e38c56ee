import type { Todo } from 'demo-api/contract'
import { roomQuery } from 'react-rooms/query'
import type { Api } from '../../lib/api.js'
import { upsertNewer } from '../../lib/upsert-newer.js'

/** A shared list: read once over REST, kept equal in every window by its room. */
export function todosQuery(api: Api, list: string) {
  return roomQuery({
    room: `todo:${list}`,
    queryKey: ['todos', list],
    queryFn: async ({ signal, seen }): Promise<Todo[]> => seen(await api.todos(list, signal)).json(),
    on: {
      'todo.upserted': (todos, todo) => upsertNewer(todos, todo),
      'todo.removed': 'remove',
    },
  })
}
