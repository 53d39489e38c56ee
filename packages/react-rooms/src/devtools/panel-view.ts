import type { RoomGrants, WelcomeFrame } from 'rooms-protocol'
import type { ConnectionInfo } from '../client/connection-info.js'
import type { Presence } from '../client/presence-store.js'
import type { RoomStatus } from '../client/room.js'
import { internalsOf, type RoomsClient } from '../client/rooms-client.js'
import { createEmitter } from '../client/store.js'
import type { Typist } from '../client/typing-store.js'
import type { Entry } from './recorder.js'
import type { Faults, Tap } from './tap.js'
import { unsettledIn, type Unsettled } from './unsettled.js'

export interface ConnectionView {
  /** The one room it serves; null where it serves all. */
  readonly room: string | null
  readonly info: ConnectionInfo
  readonly welcome: WelcomeFrame | undefined
}

export interface HeldRoomView {
  readonly name: string
  readonly status: RoomStatus
  readonly position: string | null
  readonly grants: RoomGrants
  readonly presence: Presence
  readonly typing: readonly Typist[]
  /** This connection's presence state. */
  readonly state: unknown
}

/** Everything the panel shows, as it is at one moment. Immutable. */
export interface PanelView {
  /** Epoch ms, by the client's clock. */
  readonly now: number
  /** What `useConnection` says. */
  readonly info: ConnectionInfo
  readonly user: string | null
  readonly connections: readonly ConnectionView[]
  readonly rooms: readonly HeldRoomView[]
  readonly unsettled: readonly Unsettled[]
  readonly entries: readonly Entry[]
  readonly total: number
  readonly faults: Faults
  /** Whether an open session began before the tap and passes by it. */
  readonly unrecorded: boolean
}

/** The view as a store: renewed at most once a frame, and once a second for what only time changes. */
export interface PanelStore {
  get(): PanelView
  subscribe(listener: () => void): () => void
}

const FRAME_MS = 16
const AGING_MS = 1_000

export function createPanelStore(client: RoomsClient, tap: Tap): PanelStore {
  const { on, emit } = createEmitter<{ change: [] }>()
  let view: PanelView | undefined
  let listeners = 0
  let stop = (): void => {}

  const renew = (): void => {
    view = undefined
    emit('change')
  }
  const start = (): void => {
    let timer: ReturnType<typeof setTimeout> | undefined
    // A timer and not a frame: hidden pages have none, and the panel may be looked at in another window's devtools.
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        renew()
      }, FRAME_MS)
    }
    const aging = setInterval(renew, AGING_MS)
    const ends = [client.subscribe(soon), tap.recorder.subscribe(soon), tap.faults.subscribe(soon)]
    stop = () => {
      clearTimeout(timer)
      clearInterval(aging)
      for (const end of ends) end()
    }
  }
  return {
    get: () => (view ??= read(client, tap)),
    subscribe(listener) {
      const off = on('change', listener)
      if (listeners++ === 0) {
        view = undefined
        start()
      }
      return () => {
        off()
        if (--listeners === 0) stop()
      }
    },
  }
}

function read(client: RoomsClient, tap: Tap): PanelView {
  const { heldRooms, allConnections: connections } = internalsOf(client)
  const rooms = [...heldRooms()]
  const now = client.clock.now()
  return {
    now,
    info: client.connection(),
    user: client.user(),
    connections: connections().map((connection) => ({
      room: connection.dedicated ? rooms.find((room) => room.servedBy === connection)?.name ?? null : null,
      info: connection.info(),
      welcome: connection.welcome(),
    })),
    rooms: rooms.map((room) => ({
      name: room.name,
      status: room.status(),
      position: room.position(),
      grants: room.grantsView.get(),
      presence: room.presenceView.get(),
      typing: room.typingView.get(),
      state: room.ownView.get(),
    })),
    unsettled: connections().flatMap(({ outbox }) => unsettledIn(outbox)),
    entries: tap.recorder.entries(),
    total: tap.recorder.total(),
    faults: tap.faults.get(),
    unrecorded: connections().some((connection) => {
      const id = connection.welcome()?.connection
      return id !== undefined && !tap.records(id)
    }),
  }
}
