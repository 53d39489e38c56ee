import { retryOf, type Info } from 'rooms-protocol'
import { RoomsUsageError } from '../client/errors.js'
import type { AnyMockRoom } from './mock-room.js'
import type { Presence } from './room-members.js'
import type { ServedRoom } from './served-room.js'

/** What a mock room asks of the whole. */
export interface Stage {
  nextId(): string
  /** The client's own user. */
  own(): string
  infoOf(user: string): Info
  /** Whether a component waits for its first join. */
  joining(): boolean
}

/** The test's hand in a room. */
export function createMockRoom(served: ServedRoom, { nextId, own, infoOf, joining }: Stage): AnyMockRoom {
  const { name, log, members, publishing } = served
  const people = new Map<string, Presence>()

  const present = (user: string): Presence => {
    const presence = people.get(user)
    if (presence !== undefined) return presence
    throw new RoomsUsageError(user === own()
      ? `${user} is the client's own user: let the component act, or name somebody else`
      : `${user} is not in ${name}: room.join('${user}') first`)
  }
  const headers = (): { readonly 'Rooms-Position': string } => ({ 'Rooms-Position': `${name}=${log.position}` })

  return {
    name,
    send(event, data, { id, from, except } = {}) {
      if (joining())
        throw new RoomsUsageError(`${name} is being joined, and would never get '${event}': await rooms.flush() after rendering, then send (or send before rendering, to make it history)`)
      const eventId = id ?? nextId()
      served.append(event, data, eventId, from, except)
      return { id: eventId, position: log.position }
    },
    signal(signal, data, { from = '' } = {}) {
      if (!served.visited) throw new RoomsUsageError(`nobody has joined ${name}, and a signal is not kept: render what listens, await rooms.flush(), then signal`)
      served.tell({ type: 'signal', room: name, signal, data, from })
    },
    join(user, { info, state } = {}) {
      const presence = people.get(user) ?? { user, info: infoOf(user), state: null }
      if (info !== undefined) presence.info = info
      if (state !== undefined) presence.state = state
      people.set(user, presence)
      served.tellPresence(members.put(presence))
    },
    leave(user) {
      served.tellPresence(members.remove(present(user)))
      people.delete(user)
    },
    typing(user, on = true) {
      present(user)
      served.setTyping(user, on)
    },
    members: () => members.list(),
    grant(grants) {
      served.grants = { ...served.grants, ...grants }
    },
    refuse: (code = 4003, reason = 'refused by the test') => served.refuse(code, reason, retryOf(code)),
    allow() {
      served.refusal = null
    },
    pause: () => served.pause(true),
    resume: () => served.pause(false),
    reset: (reason = 'epoch') => served.reset(reason),
    forget: (reason = 'epoch') => served.forget(reason),
    onPublish: publishing.on,
    hold: (event, what = 'publish') => publishing.hold(event, what),
    position: () => log.position,
    headers,
    response(body, init = {}) {
      if (globalThis.Response === undefined) throw new RoomsUsageError('this environment has no Response: answer with your own and room.headers()')
      const response = new Response(JSON.stringify(body), { ...init, headers: { 'content-type': 'application/json', ...headers() } })
      new Headers(init.headers).forEach((value, key) => response.headers.set(key, value))
      return response
    },
  }
}
