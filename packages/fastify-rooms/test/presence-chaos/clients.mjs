// Many clients in a process of their own. Each keeps the members it was told of; the parent says who connects where.
import { WebSocket } from 'ws'

const [, , room] = process.argv
const clients = new Map()
process.on('message', (message) => {
  switch (message.do) {
    case 'open': return open(message)
    case 'close': return clients.get(message.id)?.socket.close(1000)
    case 'kill': return clients.get(message.id)?.socket.terminate()
    case 'views': return process.send({ answer: message.ask, views: [...clients].filter(([, { members }]) => members !== null).map(([id, { members }]) => ({ id, users: [...members].sort() })) })
    default: throw new Error(`unknown message ${JSON.stringify(message)}`)
  }
})

function open({ id, port, token }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${encodeURIComponent(room)}`, ['rooms.v1', `bearer.${token}`])
  const client = { socket, members: null }
  clients.set(id, client)
  socket.on('message', (data) => { for (const line of data.toString().split('\n')) take(client, JSON.parse(line)) })
  socket.on('error', () => {})
  socket.on('close', (code) => {
    clients.delete(id)
    process.send({ closed: id, code })
  })
}

function take(client, frame) {
  switch (frame.type) {
    case 'joined':
      client.members = new Set(frame.members.map(({ user }) => user))
      return more(client, frame)
    case 'members':
      for (const { user } of frame.members) client.members.add(user)
      return more(client, frame)
    case 'presence':
      for (const user of frame.left) client.members.delete(user)
      for (const { user } of frame.joined) client.members.add(user)
      return undefined
    default: return undefined
  }
}

function more({ socket }, { members, more: goesOn }) {
  if (goesOn) socket.send(JSON.stringify({ type: 'members', after: members.at(-1).user }))
}
