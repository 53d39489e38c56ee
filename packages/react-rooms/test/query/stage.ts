import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { vi } from 'vitest'
import { attachQueryClient, roomQuery, type Reducer } from '../../src/query/index.js'
import { FakeApi } from './fake-api.js'
import { fakeClient } from './fake-room.js'

export interface Item { readonly id: string; readonly n: number }

/** One room-fed list, its route and its room, on fake timers. */
export function stage(options: { on?: Readonly<Record<string, Reducer<Item[], unknown>>>; data?: Item[]; staleTime?: number; pollMs?: number; initial?: Item[] } = {}) {
  const client = fakeClient()
  const room = client.fake('todo:1')
  const api = new FakeApi<Item[]>(room, options.data ?? [])
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const detach = attachQueryClient(client, queryClient)
  const query = roomQuery({
    room: 'todo:1',
    queryKey: ['todos'],
    queryFn: async ({ seen }): Promise<Item[]> => seen(await api.get()).json(),
    on: (options.on ?? { put: 'upsert', gone: 'remove', touched: 'invalidate' }) as never,
    ...(options.staleTime === undefined ? {} : { staleTime: options.staleTime }),
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
  })
  if (options.initial) queryClient.setQueryData(query.queryKey, options.initial)
  /** Every list that was shown, in order. */
  const seen: (readonly Item[] | undefined)[] = []
  const observe = (): (() => void) => new QueryObserver<Item[]>(queryClient, query as never).subscribe((result) => {
    if (result.data !== seen.at(-1)) seen.push(result.data)
  })
  const cached = (): readonly Item[] | undefined => queryClient.getQueryData<Item[]>(query.queryKey)
  const state = () => queryClient.getQueryState(query.queryKey)
  /** Changes the database, and sends the event that tells. */
  const put = (item: Item, id?: string): void => {
    api.data = api.data.some((held) => held.id === item.id) ? api.data.map((held) => (held.id === item.id ? item : held)) : [...api.data, item]
    room.send('put', item, id)
  }
  return { client, room, api, queryClient, detach, query, observe, cached, state, seen, put }
}

/** Lets promises and one frame go by. */
export async function frame(ms = 17): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}
