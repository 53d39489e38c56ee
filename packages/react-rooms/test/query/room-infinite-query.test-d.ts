// Compiled, not run. `type-tests` holds what a contract adds.
import { QueryClient, useInfiniteQuery, useSuspenseInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import { roomInfiniteQuery } from '../../src/query/index.js'

interface Message { readonly id: string; readonly text: string }
declare const load: (before: string, signal?: AbortSignal) => Promise<Response>

const messages = roomInfiniteQuery({
  room: 'chat:lobby', queryKey: ['messages', 'lobby'], initialPageParam: '',
  queryFn: async ({ pageParam, signal, seen, queryKey: [, chat] }): Promise<Message[]> => {
    chat satisfies 'lobby'
    return seen(await load(pageParam, signal)).json()
  },
  getNextPageParam: (older, pages, param) => (pages.length < 9 ? older[0]?.id : `${param}!`),
  on: {
    message: 'upsert',
    gone: 'remove',
    cleared: 'invalidate',
    edited: (data, event, meta) => ({ ...data, pages: data.pages.map((page) => page.filter(({ id }) => id !== event && meta.id !== id)) }),
  },
  order: 'chat', staleTime: 1_000, pollMs: 5_000, maxPages: 5, retry: false, gcTime: 1, meta: { mine: 1 }, enabled: true,
})

const queryClient = new QueryClient()
queryClient.getQueryData(messages.queryKey) satisfies InfiniteData<Message[], string> | undefined
queryClient.setQueryData(messages.queryKey, (data) => data && { ...data, pages: data.pages.slice(0, 1) })
void queryClient.prefetchInfiniteQuery(messages)
void queryClient.fetchInfiniteQuery(messages).then((data) => data.pages[0]?.[0]?.text satisfies string | undefined)
void queryClient.invalidateQueries(messages)

export function Messages(): string | undefined {
  const { data, fetchNextPage } = useInfiniteQuery(messages)
  data satisfies InfiniteData<Message[], string> | undefined
  void fetchNextPage()
  return useSuspenseInfiniteQuery(messages).data.pages[0]?.[0]?.text
}

// What `select` makes of it.
const texts = roomInfiniteQuery({
  room: 'chat:lobby', queryKey: ['texts'], initialPageParam: null as number | null,
  queryFn: async ({ pageParam }): Promise<Message[]> => {
    pageParam satisfies number | null
    return []
  },
  getNextPageParam: (): number | undefined => undefined,
  on: {},
  select: ({ pages }) => pages.flat().map(({ text }) => text),
})
export function Texts(): string[] {
  useInfiniteQuery(texts).data satisfies string[] | undefined
  return useSuspenseInfiniteQuery(texts).data
}

// Pages that are no lists of items.
interface Page { readonly messages: Message[]; readonly next?: string }
roomInfiniteQuery({
  room: 'chat:lobby', queryKey: ['pages'], initialPageParam: '',
  queryFn: async (): Promise<Page> => ({ messages: [] }),
  getNextPageParam: ({ next }) => next,
  on: { message: (data, event) => (event === null ? undefined : data), cleared: 'invalidate' },
})

roomInfiniteQuery({
  room: 'chat:lobby', queryKey: ['wrong'], initialPageParam: '',
  queryFn: async (): Promise<Message[]> => [],
  // @ts-expect-error a param is a text here
  getNextPageParam: () => 1,
  on: {
    // @ts-expect-error no such word
    message: 'upsrt',
    // @ts-expect-error the pages do not come back
    gone: ({ pages }) => pages,
  },
  // @ts-expect-error no such order
  order: 'new',
})
