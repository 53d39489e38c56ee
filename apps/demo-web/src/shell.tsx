import { useEffect, useRef, type RefObject } from 'react'
import { useRoom } from 'react-rooms'
import { ConnectionLine } from './features/connection/connection-line.js'
import { ChatView } from './features/chat/chat-view.js'
import { FiguresView } from './features/figures/figures-view.js'
import { LabView } from './features/lab/lab-view.js'
import { OrdersView } from './features/orders/orders-view.js'
import { CutBar } from './features/panes/cut-bar.js'
import { PantryView } from './features/pantry/pantry-view.js'
import { Avatar } from './features/people/avatar.js'
import { ScreenGuard } from './features/screen-guard.js'
import { TodosView } from './features/todos/todos-view.js'
import { useDemo } from './lib/demo-context.js'
import { useRoute, type Route } from './lib/use-route.js'
import { Mark } from './mark.js'
import { roomOf, routeFor, screensFor } from './screens.js'

/** How much stands around a screen: everything; everything and a switch for the network; or what a pane of a page needs. */
export type Frame = 'whole' | 'with-switch' | 'pane'

/** The frame around every screen: who you are, where you are, how the line is. */
export function Shell({ frame }: { frame: Frame }) {
  const { person, signOut } = useDemo()
  const route = routeFor(useRoute(), person)
  const main = useRef<HTMLElement>(null)
  const place = route.view === 'chat' ? `chat/${route.chat}` : route.view
  const screens = screensFor(person)
  const label = screens.find(({ view }) => view === route.view)?.label ?? 'Rooms'
  useAnnouncedPlace(place, `${label} · ${person.name} · Rooms`, main)
  useRoom('shop')

  return (
    <div className="app" data-frame={frame}>
      <header className="top">
        {frame !== 'pane' && (
          <>
            <h1 className="brand"><Mark /> Rooms</h1>
            <nav className="views" aria-label="Screens">
              {screens.map(({ view, label, href }) => <a key={view} href={href} aria-current={route.view === view ? 'page' : undefined}>{label}</a>)}
            </nav>
          </>
        )}
        <div className="account">
          <Avatar id={person.id} name={person.name} decorative />
          <span className="account-name">{person.name}</span>
          {frame !== 'pane' && <button type="button" className="button plain" onClick={signOut}>Sign out</button>}
        </div>
      </header>
      <ConnectionLine room={roomOf(route, person)} />
      <main ref={main} className="screen">
        <ScreenGuard key={place}><CurrentScreen route={route} /></ScreenGuard>
      </main>
      {frame !== 'whole' && <CutBar room={roomOf(route, person)} />}
    </div>
  )
}

function CurrentScreen({ route }: { route: Route }) {
  switch (route.view) {
    case 'orders': return <OrdersView />
    case 'pantry': return <PantryView />
    case 'chat': return <ChatView chat={route.chat} />
    case 'todos': return <TodosView />
    case 'lab': return <LabView />
    case 'figures': return <FiguresView />
    default: return route satisfies never
  }
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
