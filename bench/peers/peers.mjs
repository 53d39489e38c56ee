import { readdirSync } from 'node:fs'
import { bearer } from './token.mjs'

const rooms = {
  name: 'fastify-rooms',
  script: new URL('rooms-server.mjs', import.meta.url),
  address: (room, user) => ({ path: `/ws/${room}`, protocol: `rooms.v1, ${bearer(user)}`, objects: 2 }),
  lobby: (user) => ({ path: '/ws', protocol: `rooms.v1, ${bearer(user)}`, objects: 1 }),
  resume: ({ path, ...address }, { position }) => ({ ...address, path: `${path}?position=${encodeURIComponent(position)}` }),
}

/**
 * Who is measured. `address` is how a raw client reaches a room as a user; `objects` is how many objects of the server
 * say that it is in; `setup` is for its server. `resume` is how a client comes back that was
 * cut off, `lobby` how it comes without a room.
 */
export const peers = {
  rooms,
  /** A room whose members need to know how many they are, not who. */
  'rooms-count': { ...rooms, name: 'fastify-rooms, presence: count', setup: { presence: 'count' } },
  'rooms-sse': {
    ...rooms,
    name: 'fastify-rooms, event streams',
    address: (room, user) => ({ path: `/sse/${room}`, stream: `Bearer ${bearer(user).slice('bearer.'.length)}`, objects: 3 }),
  },
  'rooms-redis': { ...rooms, name: 'fastify-rooms, Redis broker', setup: {} },
  'socket-io': {
    name: 'Socket.IO',
    script: new URL('socket-io-server.mjs', import.meta.url),
    address: (room) => ({ path: `/socket.io/?EIO=4&transport=websocket&room=${room}`, hello: '40', objects: 2 }),
    resume: (address, { said }) => ({ ...address, hello: `40${JSON.stringify({ pid: /"pid":"([^"]+)"/.exec(said)[1], offset: /,"([^"]+)"\]$/.exec(said)[1] })}` }),
  },
  'ws-loop': {
    name: 'ws loop',
    script: new URL('ws-loop-server.mjs', import.meta.url),
    address: (room) => ({ path: `/?room=${room}`, objects: 0 }),
  },
  'fastify-websocket': {
    name: '@fastify/websocket loop',
    script: new URL('fastify-websocket-server.mjs', import.meta.url),
    address: (room) => ({ path: `/ws?room=${room}`, objects: 0 }),
  },
  bun: {
    name: 'Bun publish',
    script: new URL('bun-server.mjs', import.meta.url),
    runtime: bunBinary(),
    address: (room) => ({ path: `/?room=${room}`, objects: 0 }),
  },
}

/** The platform package's binary; `null` where Bun is not installed or has none for this platform. */
function bunBinary() {
  const store = new URL('bun/node_modules/.pnpm/', import.meta.url)
  try {
    const folder = readdirSync(store).find((name) => name.startsWith('@oven+bun-'))
    if (folder === undefined) return null
    const name = folder.slice('@oven+'.length, folder.lastIndexOf('@'))
    return new URL(`${folder}/node_modules/@oven/${name}/bin/bun`, store).pathname
  } catch {
    return null
  }
}
