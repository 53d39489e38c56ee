import fastify from 'fastify'
import { z } from 'zod'
import { rooms, roomName } from 'fastify-rooms'
import { defineContract } from 'fastify-rooms/contract'
import { contract, type Order } from './contract.js'

declare const order: z.input<typeof Order>
declare const id: string
declare const missing: string | undefined
const app = fastify()
await app.register(rooms, { contract })

await app.rooms.send(`user:${id}`, 'order.update', order)   // wrong
await app.rooms.send(`user:${id}`, 'order.updated', { ...order, status: 'payed' })   // wrong
await app.rooms.send(`user:${id}`, 'order.updated', { id, status: 'paid' })   // wrong
await app.rooms.send(`todo:${id}`, 'todo.upserted', { id, txt: 'milk', done: false })   // wrong
await app.rooms.send(`usr:${id}`, 'order.updated', order)   // wrong
await app.rooms.send(id, 'order.updated', order)   // wrong
await app.rooms.send(Math.random() < 0.5 ? `user:${id}` : `todo:${id}`, 'order.updated', order)   // wrong
app.rooms.signal('chat:lobby', 'cursor', { x: 1 })   // wrong
app.rooms.handle('chat', 'mesage', ({ data }) => data)   // wrong
app.rooms.handle('chat', 'message', ({ data, id }) => ({ id, text: data.txt, at: 1 }))   // wrong
app.rooms.handle('chat', 'message', ({ data, id }) => ({ id, txt: data.text, at: 1 }))   // wrong
app.rooms.handle('todo', 'todo.upserted', ({ data }) => data)   // wrong
roomName('user', undefined)   // wrong
roomName('user', missing)   // wrong
roomName('usr', id)   // wrong
app.get('/orders', { config: { rooms: { position: 'usr:ana' } } }, async () => [])   // wrong
await app.register(rooms, { contract, authorize: { odrer: () => true } })   // wrong
defineContract({ chat: { access: 'authenticated', event: { message: z.object({}) } } })   // wrong
defineContract({ chat: { events: { message: z.object({}) } } })   // wrong
defineContract({ chat: { access: 'everyone' } })   // wrong
