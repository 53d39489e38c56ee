// A node of Socket.IO with its Redis adapter: WebSocket only, no authentication, nothing kept, nothing counted.
import './json-calls.mjs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import { Server } from 'socket.io'
import { eventData } from '../event-data.mjs'
import { serveNode } from './serve-node.mjs'

const [{ redisPort, eventsPerTick }] = await once(process, 'message')

const redis = new Redis(redisPort, '127.0.0.1')
const server = createServer()
// No ping falls into a round, so that every frame after the joins is an event.
const io = new Server(server, { transports: ['websocket'], serveClient: false, pingInterval: 300_000, adapter: createAdapter(redis, redis.duplicate()) })
io.on('connection', (socket) => void socket.join('chat:bench'))
server.listen(0, '127.0.0.1')
await once(server, 'listening')

let n = 0

serveNode(() => void io.to('chat:bench').emit('message', eventData(++n)), eventsPerTick, redis)
process.send({ type: 'listening', port: server.address().port })
