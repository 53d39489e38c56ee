import { useConnection, useGrants, useMyPresence, usePolling, useRoom, useRoomEvents, useSignal, useSSE, useTyping } from 'react-rooms'
type Load = { cpu: number }
export function Bad({ name }: { name: string }) {
  const room = useRoom('chat:lobby')
  useSSE<Load>('/load').data?.cpuu   // wrong
  useSSE<Load>('/load').data.cpu   // wrong
  useSSE<Load>('/load', { event: ['load'] })   // wrong
  useSSE<Load>('/load', { getToken: () => 1 })   // wrong
  useSSE<Load>('/load', { parse: (text) => text })   // wrong
  useSSE<Load>('/load', { silence: 1_000 })   // wrong
  useSSE(1)   // wrong
  usePolling(async () => [{ id: 1 }]).data?.[0]?.idd   // wrong
  usePolling(({ abort }) => abort)   // wrong
  usePolling(() => 1, { interval: 1_000 })   // wrong
  usePolling('/jobs')   // wrong
  useRoom('chat:lobby', { state: { status: 'asleep' } })   // wrong
  useRoom('chat:lobby', { rewind: '20' })   // wrong
  useSignal(room, 'curser')   // wrong
  useSignal(room, 'cursor')({ x: 1 })   // wrong
  useMyPresence(room)[1]({ mood: 'good' })   // wrong
  useRoomEvents(room, (event) => event.event === 'mesage')   // wrong
  useGrants(room).publish.includes('mesage')   // wrong
  useConnection((connection) => connection.state)   // wrong
  useTyping(name)   // wrong
}
