import type { RoomName } from 'react-rooms'
import type { Person } from './lib/session.js'
import type { Route } from './lib/use-route.js'

export interface Screen { readonly view: Route['view']; readonly label: string; readonly href: string }

const forEveryone: readonly Screen[] = [
  { view: 'orders', label: 'Orders', href: '#/orders' },
  { view: 'pantry', label: 'Pantry', href: '#/pantry' },
  { view: 'chat', label: 'Chat', href: '#/chat/lobby' },
  { view: 'todos', label: 'To-dos', href: '#/todos' },
  { view: 'lab', label: 'Burst', href: '#/lab' },
]
const figures: Screen = { view: 'figures', label: 'Figures', href: '#/figures' }

/** The screens this person may open. */
export function screensFor({ role }: Person): readonly Screen[] {
  return role === 'staff' ? [...forEveryone, figures] : forEveryone
}

/** What this person sees at an address: their orders where the screen is not for them. */
export function routeFor(route: Route, person: Person): Route {
  return screensFor(person).some(({ view }) => view === route.view) ? route : { view: 'orders' }
}

/** The room a screen shows, so that the connection line can tell how it is; null where a screen follows none over the shared connection. */
export function roomOf(route: Route, { id, role }: Person): RoomName | null {
  switch (route.view) {
    case 'orders': return role === 'staff' ? 'board' : `user:${id}`
    case 'pantry': return 'pantry'
    case 'chat': return `chat:${route.chat}`
    case 'todos': return 'todo:home'
    case 'lab': return 'todo:parcels'
    case 'figures': return null
    default: return route satisfies never
  }
}
