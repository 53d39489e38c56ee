import { InfiniteQueryObserver, QueryClient, type InfiniteData } from '@tanstack/react-query'
import { attachQueryClient, roomInfiniteQuery, type Reducer } from '../../src/query/index.js'
import { FakeApi } from './fake-api.js'
import { fakeClient } from './fake-room.js'

/** Later messages have higher numbers in their ids. */
export interface Message { readonly id: string; readonly text: string }

export const message = (n: number, text = 'new'): Message => ({ id: `m${n}`, text })
const numberOf = ({ id }: { id: string }): number => Number(id.slice(1))

/** A chat of `length` messages, its history in pages of two, and its room, on fake timers. */
export function chatStage(length: number, options: {
  on?: Readonly<Record<string, Reducer<InfiniteData<Message[], string>, never>>>
  order?: 'chat' | 'feed' | 'log'
  maxPages?: number
  /** Pages go forward in time. */
  upward?: boolean
  initial?: InfiniteData<Message[], string>
} = {}) {
  const client = fakeClient()
  const room = client.fake('chat:1')
  const api = new FakeApi<Message[]>(room, Array.from({ length }, (_, index) => message(index + 1)))
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const detach = attachQueryClient(client, queryClient)
  const { on, upward, initial, ...rest } = options
  const query = Object.assign(roomInfiniteQuery({
    room: 'chat:1', queryKey: ['messages'], initialPageParam: '',
    queryFn: async ({ pageParam, seen }): Promise<Message[]> => {
      const all = seen(await api.get()).json()
      if (upward) return all.filter((held) => numberOf(held) > (pageParam === '' ? 0 : numberOf({ id: pageParam }))).slice(0, 2)
      return all.filter((held) => pageParam === '' || numberOf(held) < numberOf({ id: pageParam })).slice(-2)
    },
    getNextPageParam: (page) => (upward ? (page.length < 2 ? undefined : page.at(-1)?.id) : page[0]?.id),
    on: (on ?? { message: 'upsert', edited: 'update', gone: 'remove', cleared: 'invalidate' }) as never,
  }), rest)
  if (initial) queryClient.setQueryData(query.queryKey, initial)
  const observer = new InfiniteQueryObserver(queryClient, query as never)
  /** The pages shown, one after the other. */
  const seen: string[] = []
  const observe = (): (() => void) => observer.subscribe(() => {
    if (shown() !== seen.at(-1)) seen.push(shown())
  })
  const cached = (): InfiniteData<Message[], string> | undefined => queryClient.getQueryData(query.queryKey)
  /** The pages in short: `m3:new m4:new | m1:new m2:new`. */
  const shown = (): string => cached()?.pages.map((page) => page.map(({ id, text }) => `${id}:${text}`).join(' ')).join(' | ') ?? ''
  const state = () => queryClient.getQueryState(query.queryKey)
  /** Changes the database, and sends the event that tells. */
  const put = (item: Message, id?: string): void => {
    const isNew = !api.data.some((held) => held.id === item.id)
    api.data = isNew ? [...api.data, item] : api.data.map((held) => (held.id === item.id ? item : held))
    room.send(isNew ? 'message' : 'edited', item, id)
  }
  const remove = (n: number): void => {
    api.data = api.data.filter((held) => numberOf(held) !== n)
    room.send('gone', { id: `m${n}` })
  }
  return { client, room, api, queryClient, detach, query, observer, observe, cached, shown, seen, state, put, remove }
}
