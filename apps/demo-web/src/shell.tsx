import { useEffect, useRef, type RefObject } from 'react'
import { ConnectionLine } from './features/connection/connection-line.js'
import { ChatView } from './features/chat/chat-view.js'
import { OrdersView } from './features/orders/orders-view.js'
import { LabBar } from './features/panes/lab-bar.js'
import { Avatar } from './features/people/avatar.js'
import { ScreenGuard } from './features/screen-guard.js'
import { TodosView } from './features/todos/todos-view.js'
import { useDemo } from './lib/demo-context.js'
import { useRoute } from './lib/use-route.js'
import { Mark } from './mark.js'

const views = [
  { view: 'orders', label: 'Orders', href: '#/orders' },
  { view: 'chat', label: 'Chat', href: '#/chat/lobby' },
  { view: 'todos', label: 'To-dos', href: '#/todos' },
] as const

/** The frame around every screen: who you are, where you are, how the line is. */
export function Shell({ lab }: { lab: boolean }) {
  const { person, signOut } = useDemo()
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  const place = route.view === 'chat' ? `chat/${route.chat}` : route.view
  const label = views.find(({ view }) => view === route.view)?.label ?? 'Rooms'
  useAnnouncedPlace(place, `${label} · ${person.name} · Rooms`, main)

  return (
    <div className="app">
      <header className="top">
        <h1 className="brand"><Mark /> Rooms</h1>
        <nav className="views" aria-label="Screens">
          {views.map(({ view, label, href }) => <a key={view} href={href} aria-current={route.view === view ? 'page' : undefined}>{label}</a>)}
        </nav>
        <div className="account">
          <Avatar id={person.id} name={person.name} decorative />
          <span className="account-name">{person.name}</span>
          <button type="button" className="button plain" onClick={signOut}>Sign out</button>
        </div>
      </header>
      <ConnectionLine />
      <main ref={main} className="screen">
        <ScreenGuard key={place}>
          {route.view === 'orders' && <OrdersView />}
          {route.view === 'chat' && <ChatView chat={route.chat} />}
          {route.view === 'todos' && <TodosView />}
        </ScreenGuard>
      </main>
      {lab && <LabBar />}
    </div>
  )
}

/** A new screen tells its title and takes the keyboard there, as a new page would; the first one leaves the keyboard alone. */
function useAnnouncedPlace(place: string, title: string, main: RefObject<HTMLElement | null>): void {
  const shown = useRef(place)
  useEffect(() => {
    document.title = title
    if (shown.current !== place) main.current?.querySelector<HTMLElement>('h2')?.focus()
    shown.current = place
  }, [place, title, main])
}
