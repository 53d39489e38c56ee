import { Window } from 'happy-dom'
import { RoomsProvider, usePresence, useRoom, useRoomStatus, useTyping, type RoomsClient, type Transport } from 'react-rooms'
import { it, onTestFinished } from 'vitest'
import { startClient, until } from './client.js'
import { startServer } from './server.js'

// A page for React to render into; the network stays Node's own.
const window = new Window()
Object.assign(globalThis, { window, document: window.document, navigator: window.navigator })
const { createRoot } = await import('react-dom/client')

const TRANSPORTS: Transport[] = ['websocket', 'sse', 'poll']

/** What a page with a client shows: who is here, in what state, and who types. */
function show(client: RoomsClient) {
  const seen = { members: '', typing: '', isLive: false }
  function Page() {
    const room = useRoom('feed:1' as never, { presence: true })
    seen.isLive = useRoomStatus(room) === 'live'
    seen.members = usePresence(room, ({ members }) => members.map(({ user, state }) => `${user} ${(state as { mood?: string } | null)?.mood ?? '-'}`).toSorted().join(', '))
    seen.typing = useTyping(room).typing.map(({ user }) => user).toSorted().join(', ')
    return null
  }
  const root = createRoot(document.createElement('div'))
  root.render(<RoomsProvider client={client}><Page /></RoomsProvider>)
  onTestFinished(() => root.unmount())
  return seen
}

it('presence, states and typing are the same over every transport', async () => {
  const server = await startServer({ presence: { graceMs: 50 } })
  const clients = TRANSPORTS.map((transport) => startClient(server.url, transport, { transports: [transport] }))
  const pages = clients.map(show)
  await until(() => pages.every(({ isLive }) => isLive), 'all are live')
  clients.forEach((client, index) => client.room('feed:1' as never).setState({ mood: `m${index}` } as never))
  await until(() => pages.every(({ members }) => members === 'poll m2, sse m1, websocket m0'), 'all see all three, with their states')
  await until(() => {
    // At every input; a word that falls between two polls is lost on that page, and said again after 3 s.
    clients[1]!.room('feed:1' as never).setTyping(true)
    return pages[0]!.typing === 'sse' && pages[2]!.typing === 'sse'
  }, 'the others see who types')
  const began = performance.now()
  await clients[2]!.close()
  await until(() => pages.slice(0, 2).every(({ members }) => members === 'sse m1, websocket m0'), 'the one over polls is gone')
  process.stdout.write(`a client over polls was gone ${Math.round(performance.now() - began)} ms after it closed\n`)
  await clients[1]!.close()
  await until(() => pages[0]!.members === 'websocket m0', 'the one over event streams is gone')
})
