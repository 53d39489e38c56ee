import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { defineContract, memoryBroker, rooms } from 'fastify-rooms'
import { countReads } from '../peers/count-reads.mjs'
import { peers } from '../peers/peers.mjs'
import { message, order } from '../peers/schemas.mjs'
import { secret } from '../peers/token.mjs'
import { ListeningClient } from './listening-client.mjs'

export const ROOM = 'chat:gate'

// A schema compiles itself when it is first used, with JSON of its own.
message.safeParse({})
order.safeParse({})

/**
 * A server in this process with as many members in one room, who all know each other. Every feature is on.
 *
 * @param {number} members
 * @param {import('fastify-rooms').Broker} [broker]
 */
export async function roomOf(members, broker = memoryBroker()) {
  const counting = countReads(broker)
  const app = Fastify()
  await app.register(jwt, { secret })
  const contract = defineContract({ chat: { access: 'authenticated', events: { message }, publish: { message, order } } })
  await app.register(rooms, { contract, broker: counting.broker })
  app.rooms.handle('chat', 'order', ({ data }) => ({ taken: data.items.length }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address()
  const clients = []
  const open = async (address) => {
    const client = new ListeningClient()
    clients.push(client)
    await client.open(port, address)
    return client
  }
  const addresses = Array.from({ length: members }, (_, n) => peers.rooms.address(ROOM, `user-${n}`))
  for (const address of addresses) await open(address)
  // Presence is told a moment after a join: once everyone has heard of the last one, nothing more is on its way.
  await Promise.all(clients.map((client) => client.hears(new RegExp(`"type":"presence".*"user-${members - 1}"`))))
  return {
    app,
    clients,
    addresses,
    reads: counting.reads,
    open,
    async close() {
      for (const client of clients) client.cut()
      await app.close()
    },
  }
}
