import { QueryClient, useInfiniteQuery, useQueries, useQuery, useSuspenseQuery, type InfiniteData } from '@tanstack/react-query'
import { createRoomsClient, roomName, useRoom, type RoomStatus } from 'react-rooms'
import { attachQueryClient, bindRoom, roomInfiniteQuery, roomQuery, useRoomMutation, useRoomQuery, type Reducers } from 'react-rooms/query'

type Todo = { id: string; text: string; done: boolean }
type Order = { id: string; status: string; updatedAt: string }
declare const load: (signal?: AbortSignal) => Promise<Response>

const queryClient = new QueryClient()
const detach: () => void = attachQueryClient(createRoomsClient({ url: '' }), queryClient)

// One item instead of a list.
const order = (id: string) => roomQuery({
  room: roomName('order', id), queryKey: ['order', id],
  queryFn: async ({ signal, seen, queryKey: [, key] }): Promise<Order> => ({ id: key, ...(await seen(await load(signal)).json()) }),
  on: { 'order.updated': (data, event, meta) => (meta.replayed || event.updatedAt > data.updatedAt ? { ...data, ...event } : undefined) },
  staleTime: 30_000,
})
queryClient.getQueryData(order('1').queryKey) satisfies Order | undefined
queryClient.setQueryData(order('1').queryKey, (data) => data && { ...data, status: 'paid' })
void queryClient.prefetchQuery(order('1'))
void queryClient.fetchQuery(order('1')).then((data) => data.status satisfies string)

const counts = roomQuery({ room: 'todo:home', queryKey: ['counts'], queryFn: () => 1, on: { 'todo.upserted': 'invalidate', 'todo.removed': (count) => count - 1 }, select: (count) => `${count}` })
const onTodo: Reducers<'todo', Todo[]> = { 'todo.upserted': 'upsert', 'todo.removed': 'remove' }
const todos = roomQuery({ room: 'todo:home', queryKey: ['todos'], queryFn: async (): Promise<Todo[]> => [], on: onTodo, enabled: true, retry: 2, gcTime: 1, meta: { mine: 1 } })

// The contract says which events change the pages, and what they carry.
const pages = roomInfiniteQuery({
  room: 'todo:home', queryKey: ['pages'], initialPageParam: '', queryFn: async ({ pageParam, seen }): Promise<Todo[]> => (await seen(await load()).json())[pageParam],
  getNextPageParam: (page) => page.at(-1)?.id,
  on: { 'todo.upserted': 'upsert', 'todo.removed': (data, { id }) => ({ ...data, pages: data.pages.map((page) => page.filter((todo) => todo.id !== id)) }) },
})
queryClient.getQueryData(pages.queryKey) satisfies InfiniteData<Todo[], string> | undefined

export function Good() {
  const { data, roomStatus, error } = useRoomQuery(counts)
  data satisfies string | undefined
  roomStatus satisfies RoomStatus
  error satisfies Error | null
  useQuery(order('1')).data?.status satisfies string | undefined
  useSuspenseQuery(todos).data satisfies Todo[]
  useInfiniteQuery(pages).data?.pages[0]?.[0]?.text satisfies string | undefined
  const [one, two] = useQueries({ queries: [order('1'), counts] })
  one.data satisfies Order | undefined
  two.data satisfies string | undefined
  const rename = useRoomMutation(useRoom('todo:home'), {
    mutationFn: (todo: Todo, { headers, id, client }) => fetch('/', { headers }).then((response) => ({ ok: response.ok, id, client })),
    predict: (todo) => (todo.done ? undefined : { event: 'todo.upserted', data: todo }),
    onSuccess: ({ ok }, todo) => void (ok satisfies boolean, todo.text),
    retry: 3,
  })
  rename.mutate({ id: '1', text: '', done: false }, { onSuccess: (result) => void (result.id satisfies string) })
  bindRoom(useRoom('todo:home'), queryClient, {
    'todo.removed': ({ id }, cache, meta) => {
      cache.remove(todos.queryKey, id)
      cache.invalidate(['counts'])
      cache.set(counts.queryKey, (count) => count + meta.offset)
    },
  })
  return <button onClick={detach}>{one.data?.id}</button>
}
