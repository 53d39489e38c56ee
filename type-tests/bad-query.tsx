import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { createRoomsClient, useRoom } from 'react-rooms'
import { attachQueryClient, bindRoom, roomInfiniteQuery, roomQuery, useRoomMutation, useRoomQuery } from 'react-rooms/query'
type Todo = { id: string; text: string; done: boolean }
declare const load: () => Promise<Todo[]>
const paged = { queryKey: ['p'], initialPageParam: '', queryFn: load, getNextPageParam: (page: Todo[]) => page[0]?.id } as const
const todos = roomQuery({ room: 'todo:home', queryKey: ['todos'], queryFn: load, on: { 'todo.upserted': 'upsert', 'todo.removed': 'remove' } })
export function Bad() {
  const room = useRoom('todo:home')
  const queryClient = useQueryClient()
  useRoomMutation(room, { mutationFn: load, predict: () => ({ event: 'todo.upsert', data: { id: '', text: '', done: false } }) })   // wrong
  useRoomMutation(room, { mutationFn: load, predict: () => ({ event: 'todo.removed', data: { key: '' } }) })   // wrong
  useRoomMutation(room, { mutationFn: (text: string, { idd }) => load() })   // wrong
  bindRoom(room, queryClient, { 'todo.upsert': () => {} })   // wrong
  bindRoom(room, queryClient, { 'todo.upserted': (todo, cache) => cache.upsert(todos.queryKey, { ...todo, text: 1 }) })   // wrong
  bindRoom(room, queryClient, { 'todo.upserted': (todo, cache) => cache.set(todos.queryKey, (list) => list.length) })   // wrong
  roomQuery({ room: 'tood:home', queryKey: ['t'], queryFn: load, on: {} })   // wrong
  roomQuery({ room: 'todo:home', queryKey: ['t'], queryFn: load, on: { 'todo.upserted': 'upsrt' } })   // wrong
  roomQuery({ room: 'todo:home', queryKey: ['t'], queryFn: load, on: {}, staleTIme: 1 })   // wrong
  roomQuery({ room: 'todo:home', queryKey: ['t'], queryFn: load })   // wrong
  roomInfiniteQuery({ ...paged, room: 'tood:home', on: {} })   // wrong
  roomInfiniteQuery({ ...paged, room: 'todo:home', on: { 'todo.upsert': 'upsert' } })   // wrong
  roomInfiniteQuery({ ...paged, room: 'todo:home', on: { 'todo.upserted': 'upsrt' } })   // wrong
  roomInfiniteQuery({ ...paged, room: 'todo:home', on: { 'todo.removed': (data, { key }) => data } })   // wrong
  roomInfiniteQuery({ ...paged, room: 'todo:home', on: { 'todo.removed': (data) => data.pages } })   // wrong
  roomInfiniteQuery({ room: 'todo:home', queryKey: ['p'], queryFn: load, getNextPageParam: () => '', on: {} })   // wrong
  roomInfiniteQuery({ ...paged, room: 'todo:home', on: {}, order: 'newest' })   // wrong
  useInfiniteQuery(roomInfiniteQuery({ ...paged, room: 'todo:home', on: {} })).data?.pages[0]?.[0]?.txt   // wrong
  useRoomQuery({ queryKey: ['t'], queryFn: load })   // wrong
  useRoomQuery(todos).data?.[0]?.txt   // wrong
  attachQueryClient(queryClient, createRoomsClient({ url: '' }))   // wrong
}
