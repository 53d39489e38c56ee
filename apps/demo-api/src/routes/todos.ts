import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Todo } from '../contract.js'
import { createTodo, listTodos, removeTodo, updateTodo } from '../db/todos.js'
import { changeOf } from './change-of.js'
import { bearer, refusals } from './schemas.js'
import { sendCommitted } from './send-committed.js'

const docs = { tags: ['todos'], security: bearer }
const List = z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 small letters, digits or hyphens')
const Text = z.string().trim().min(1).max(200)
const inList = z.object({ list: List })
const oneOfList = z.object({ list: List, id: z.string().min(1).max(64) })

/** Lists everybody shares: one room each. A list nobody used yet is empty. */
export const todoRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/todos/:list', {
    config: { rooms: { position: (request) => `todo:${request.params['list']}` } },
    schema: { ...docs, summary: 'A list, oldest first', params: inList, response: { 200: z.array(Todo), ...refusals } },
  }, async (request) => listTodos(app.db, request.params.list))

  app.post('/todos/:list', {
    schema: { ...docs, summary: 'Adds a to-do; its id is the Rooms-Event-Id, where one is sent', params: inList, body: z.object({ text: Text }), response: { 201: Todo, ...refusals } },
  }, async (request, reply) => {
    const { list } = request.params
    const todo = await createTodo(app.db, list, request.body.text, changeOf(request))
    await sendCommitted(app, request, `todo:${list}`, 'todo.upserted', todo)
    return reply.code(201).send(todo)
  })

  app.patch('/todos/:list/:id', {
    schema: {
      ...docs,
      summary: 'Changes the text, ticks or unticks',
      params: oneOfList,
      body: z.object({ text: Text.optional(), done: z.boolean().optional() }).refine((body) => Object.keys(body).length > 0, 'say what to change: text, done or both'),
      response: { 200: Todo, ...refusals },
    },
  }, async (request) => {
    const { list, id } = request.params
    const todo = await updateTodo(app.db, list, id, request.body, changeOf(request))
    await sendCommitted(app, request, `todo:${list}`, 'todo.upserted', todo)
    return todo
  })

  app.delete('/todos/:list/:id', {
    schema: { ...docs, summary: 'Removes a to-do', params: oneOfList, response: { 204: z.null().describe('removed'), ...refusals } },
  }, async (request, reply) => {
    const { list, id } = request.params
    await removeTodo(app.db, list, id, changeOf(request))
    await sendCommitted(app, request, `todo:${list}`, 'todo.removed', { id })
    return reply.code(204).send(null)
  })
}
