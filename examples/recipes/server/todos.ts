import type { FastifyInstance } from 'fastify'
import type { Todo } from './contract.js'

const rows = new Map<string, Todo & { list: string }>() // stands for a table

export async function todos(api: FastifyInstance) {
  api.get<{ Params: { list: string } }>('/api/todos/:list', { config: { rooms: { position: (request) => `todo:${request.params.list}` } } }, async (request) =>
    [...rows.values()].filter((row) => row.list === request.params.list))

  api.put<{ Params: { list: string; id: string }; Body: { text: string; done: boolean } }>('/api/todos/:list/:id', async (request) => {
    const { list, id } = request.params
    const todo = { id, text: request.body.text, done: request.body.done }
    rows.set(`${list}/${id}`, { ...todo, list })
    // `request.rooms.id` came with the request: by it the page knows the event as its own change.
    await api.rooms.send(`todo:${list}`, 'todo.saved', todo, { committed: true, id: request.rooms.id })
    return todo
  })

  api.delete<{ Params: { list: string; id: string } }>('/api/todos/:list/:id', async (request, reply) => {
    const { list, id } = request.params
    rows.delete(`${list}/${id}`)
    await api.rooms.send(`todo:${list}`, 'todo.removed', { id }, { committed: true, id: request.rooms.id })
    return reply.code(204).send()
  })
}
