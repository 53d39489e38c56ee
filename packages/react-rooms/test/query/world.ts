import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query'
import { feedOf } from '../../src/query/attach-query-client.js'
import { attachQueryClient, roomInfiniteQuery, roomQuery } from '../../src/query/index.js'
import { FakeApi } from './fake-api.js'
import { fakeClient } from './fake-room.js'

export interface Item { readonly id: string; readonly n: number }

/** What the server stores: items in the order they were added, and how often anything was done. */
interface Database { readonly items: readonly Item[]; readonly done: number; readonly order: readonly string[] }

/** An own mutation, from its call to its answer. */
export interface Own {
  readonly event: 'added' | 'edited' | 'gone'
  readonly item: Item
  readonly id: string
  readonly settles: (((succeeded: boolean) => void) | undefined)[]
  served: boolean
  refused: boolean
  /** Where its skip stands, if the server left this connection out. */
  skippedAt: number
}

/** What a schedule is played in. */
export interface Circumstances {
  /** Responses carry their position. */
  readonly stamped: boolean
  /** The room is joined when the schedule says so; otherwise at once. */
  readonly late: boolean
  /** Another part of the page holds the room as well. */
  readonly shared: boolean
}

const PAGE = 2

/**
 * A database, its room and its route, and a page with three queries of it: a list, patched by words; a count of all that
 * was done, for which an event must be counted exactly once; and the items as a history in pages.
 */
export function createWorld({ stamped, late, shared }: Circumstances) {
  const client = fakeClient()
  const room = client.fake('todo:1')
  const start: Item[] = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, n: 0 }))
  const api = new FakeApi<Database>(room, { items: start, done: 0, order: start.map(({ id }) => id) })
  api.stamped = stamped
  api.instant = room.instant = false
  room.eager = !late
  if (shared) room.onAny(() => {})
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const detach = attachQueryClient(client, queryClient)

  const list = roomQuery({
    room: 'todo:1', queryKey: ['list'],
    queryFn: async ({ seen }): Promise<readonly Item[]> => seen(await api.get()).json().items,
    on: { added: 'upsert', edited: 'update', gone: 'remove', untold: 'invalidate' },
  })
  const done = roomQuery({
    room: 'todo:1', queryKey: ['done'],
    queryFn: async ({ seen }): Promise<number> => seen(await api.get()).json().done,
    on: { added: (before) => before + 1, edited: (before) => before + 1, gone: (before) => before + 1, untold: 'invalidate' },
  })
  const history = roomInfiniteQuery({
    room: 'todo:1', queryKey: ['history'], initialPageParam: '',
    queryFn: async ({ pageParam, seen }): Promise<readonly Item[]> => {
      const { items, order } = seen(await api.get()).json()
      return items.filter(({ id }) => pageParam === '' || order.indexOf(id) < order.indexOf(pageParam)).slice(-PAGE)
    },
    getNextPageParam: (page) => page[0]?.id,
    on: { added: 'upsert', edited: 'update', gone: 'remove', untold: 'invalidate' },
  })
  const queries = [list, done, history]
  const pages = new InfiniteQueryObserver(queryClient, history as never)
  const observers = [new QueryObserver(queryClient, list as never), new QueryObserver(queryClient, done as never), pages]

  /** The values of each item in the order the server took them on; the last of one that was removed is Infinity. */
  const taken = new Map<string, number[]>(start.map(({ id }) => [id, [0]]))
  /** Items that were shown on a promise nobody kept. */
  const doubtful = new Set<string>()
  const shown = { list: [] as (readonly Item[])[], done: [] as number[], history: [] as (readonly Item[])[] }
  const cached = () => ({
    list: queryClient.getQueryData(list.queryKey),
    done: queryClient.getQueryData(done.queryKey),
    history: queryClient.getQueryData(history.queryKey),
  })
  const watch = (): void => {
    const { list: items, done: counted, history: held } = cached()
    if (items && items !== shown.list.at(-1)) shown.list.push(items)
    if (counted !== undefined && counted !== shown.done.at(-1)) shown.done.push(counted)
    if (held) shown.history.push(held.pages.flat())
  }

  let n = 0
  let fetches = 0
  let asked = 0
  /** A page was asked for from what own mutations showed. */
  let overlapping = false
  let stops: (() => void)[] = []
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'fetch') fetches++
    watch()
  })

  /** Changes the database. */
  const store = (event: Own['event'], item: Item): boolean => {
    const { items, order } = api.data
    const exists = items.some(({ id }) => id === item.id)
    if (event !== 'added' && !exists) return false
    api.data = {
      items: event === 'added' ? [...items, item] : event === 'gone' ? items.filter(({ id }) => id !== item.id) : items.map((held) => (held.id === item.id ? item : held)),
      done: api.data.done + 1,
      order: event === 'added' ? [...order, item.id] : order,
    }
    taken.set(item.id, [...(taken.get(item.id) ?? []), event === 'gone' ? Infinity : item.n])
    return true
  }
  const some = (which: number): Item | undefined => api.data.items[which % (api.data.items.length || 1)]

  const world = {
    room, api, queryClient, taken, doubtful, shown, cached, pages,
    own: [] as Own[],
    /** Own mutations there ever were. */
    mutations: 0,
    /** A mutation failed over which a page had been fetched: pages may overlap, and are fetched again. */
    torn: false,
    /** Fetches nobody asked for. */
    unasked: () => fetches - asked,
    states: () => queries.map(({ queryKey }) => queryClient.getQueryState(queryKey)!),
    /** Does what a person, or the application, does: the fetches that start with it are asked for. */
    asking(act: () => void): void {
      const before = fetches
      act()
      asked += fetches - before
    },
    observe(): void {
      if (!stops[0]) stops = observers.map((observer) => observer.subscribe(() => {}))
    },
    nextPage(): void {
      if (!stops[0] || !cached().history || pages.getCurrentResult().isFetching) return
      overlapping ||= world.own.length > 0
      world.asking(() => void pages.fetchNextPage())
    },
    leave: () => stops.splice(0).forEach((stop) => stop()),
    /** Somebody else changes something, over another connection. */
    other(event: Own['event'], which: number): void {
      const item = event === 'added' ? { id: `n${++n}`, n } : { id: some(which)?.id ?? '', n: ++n }
      if (store(event, item)) room.send(event, item)
    },
    /** Something changes, and the event does not say what. */
    untold(which: number): void {
      if (store('edited', { id: some(which)?.id ?? '', n: ++n })) room.send('untold', {})
    },
    mutate(event: Own['event'], which: number): void {
      // Before the room was joined nobody could say what became of it.
      if (!stops[0] || !room.position()) return
      const item = event === 'added' ? { id: `n${++n}`, n } : { id: some(which)?.id ?? '', n: ++n }
      const id = `m${n}`
      const change = { event, data: item, meta: { id, offset: 0, at: 0, from: undefined, replayed: false } }
      world.mutations++
      overlapping ||= pages.getCurrentResult().isFetchingNextPage
      world.own.push({
        event, item, id, served: false, refused: false, skippedAt: 0,
        settles: queries.map(({ queryKey }) => feedOf(queryClient.getQueryCache().find({ queryKey }))?.foresee('todo:1', id, change)),
      })
    },
    /** The server takes on an own mutation, or refuses what it cannot do, and tells everyone, or everyone but this connection. */
    serve(which: number, unsent = false): void {
      const unserved = world.own.filter(({ served }) => !served)
      const own = unserved[which]
      if (!own) return
      // Requests that overtake each other end in another order than the person saw.
      if (unserved.slice(0, which).some(({ item }) => item.id === own.item.id)) doubt(own)
      own.served = true
      own.refused = !store(own.event, own.item)
      if (own.refused) doubt(own)
      else if (unsent) {
        room.skip(own.id)
        own.skippedAt = room.log.length
      } else room.send(own.event, own.item, own.id)
    },
    refuse(which: number): void {
      const own = world.own.filter(({ served }) => !served)[which]
      if (!own) return
      own.served = own.refused = true
      doubt(own)
    },
    answer(which: number, lost = false): void {
      const own = world.own.filter(({ served }) => served)[which]
      if (!own) return
      world.own.splice(world.own.indexOf(own), 1)
      if (lost) doubt(own)
      world.torn ||= overlapping && (lost || own.refused)
      own.settles.forEach((settle) => settle?.(!lost && !own.refused))
    },
    end(): void {
      world.leave()
      detach()
      queryClient.clear()
    },
  }
  const doubt = ({ item }: Own): void => void doubtful.add(item.id)
  return world
}
