import { measure } from './measure.mjs'
import { inTurns } from '../in-turns.mjs'

const everyone = ['rooms', 'socket-io', 'ws-loop', 'fastify-websocket', 'bun']
const columns = [
  { key: 'rate', title: 'deliveries/s', digits: 0 },
  { key: 'cpuUs', title: 'CPU µs/delivery', digits: 2, spread: true },
  { key: 'kernelUs', title: 'of it in the kernel', digits: 2 },
  { key: 'framesPerTick', title: 'frames/tick', digits: 0 },
  { key: 'bytes', title: 'bytes/event', digits: 0 },
  { key: 'joins', title: 'joins/s', digits: 0 },
  { key: 'joinCpuUs', title: 'CPU µs/join', digits: 0 },
]

/** One room, many members, as fast as the server can. */
function fanOut(name, title, eventsPerTick, targets) {
  return {
    name,
    title,
    async run({ scale, rounds, flags }) {
      const load = { groups: [{ room: 'chat:bench', count: scale.members }], eventsPerTick, ms: scale.roundMs }
      return {
        load: `${scale.members} members in one room, ${eventsPerTick === 1 ? 'one event' : `${eventsPerTick} events`} of 200 bytes a tick, rounds of ${scale.roundMs / 1_000} s`,
        columns,
        rows: await inTurns(everyone, rounds, async (peer) => (await measure(peer, { ...load, flags: flags(peer) }))[0]),
      }
    },
    targets: [
      { peer: 'socket-io', metric: 'cpuUs', atLeast: targets.socketIo, what: 'times Socket.IO, in CPU per delivery' },
      { peer: 'bun', metric: 'cpuUs', atLeast: targets.bun, what: 'times Bun, in CPU per delivery' },
    ],
  }
}

export const burst = fanOut('burst', 'Burst fan-out', 20, { socketIo: 14, bun: 0.5 })
export const single = fanOut('single', 'Single-event fan-out', 1, { socketIo: 1.5, bun: 0.65 })

/** The same room over the other transport that streams. */
export const eventStreams = {
  name: 'event-streams',
  title: 'Burst fan-out over event streams',
  async run({ scale, rounds, flags }) {
    const load = { groups: [{ room: 'chat:bench', count: scale.members }], eventsPerTick: 20, ms: scale.roundMs }
    return {
      load: `${scale.members} members in one room, 20 events of 200 bytes a tick, rounds of ${scale.roundMs / 1_000} s`,
      columns,
      rows: await inTurns(['rooms', 'rooms-sse'], rounds, async (peer) => (await measure(peer, { ...load, flags: flags(peer) }))[0], { rooms: 'fastify-rooms, WebSocket' }),
    }
  },
  targets: [{ ours: 'rooms-sse', peer: 'rooms', metric: 'cpuUs', atLeast: 0.7, what: 'of WebSocket, in deliveries for the same CPU' }],
}
