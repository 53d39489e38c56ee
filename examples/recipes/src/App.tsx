import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoomsClient, RoomsProvider } from 'react-rooms'
import { getToken } from './api.js'
import { Chat } from './chat.js'
import { Todos } from './todos.js'

const queryClient = new QueryClient()
const client = createRoomsClient({ url: '', getToken })

export default function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RoomsProvider client={client}>
        <Chat id="lobby" />
        <Todos list="home" />
      </RoomsProvider>
    </QueryClientProvider>
  )
}
