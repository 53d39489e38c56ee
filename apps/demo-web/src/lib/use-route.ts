import { useSyncExternalStore } from 'react'

export type Route = { readonly view: 'orders' | 'pantry' | 'todos' | 'lab' | 'figures' } | { readonly view: 'chat'; readonly chat: string }

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The part of the address behind `#`. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash)
}

/** The screen named by `#/orders`, `#/chat/<id>` and so on. Anything else is the orders. */
export function useRoute(): Route {
  return parseRoute(useHash())
}

export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, '').split('/')
  switch (view) {
    case 'chat': return { view, chat: id !== undefined && /^[a-z0-9-]{1,40}$/.test(id) ? id : 'lobby' }
    case 'pantry': case 'todos': case 'lab': case 'figures': return { view }
    default: return { view: 'orders' }
  }
}
