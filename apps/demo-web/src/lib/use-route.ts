import { useSyncExternalStore } from 'react'

export type Route = { readonly view: 'orders' } | { readonly view: 'chat'; readonly chat: string } | { readonly view: 'todos' }

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The screen named by `#/orders`, `#/chat/<id>` or `#/todos`. Anything else is the orders. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash))
}

export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, '').split('/')
  if (view === 'chat') return { view, chat: id !== undefined && /^[a-z0-9-]{1,40}$/.test(id) ? id : 'lobby' }
  if (view === 'todos') return { view }
  return { view: 'orders' }
}
