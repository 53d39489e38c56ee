/** What the platform tells of the network and the page, by the names of its events. */
export type NetworkHint = 'online' | 'offline' | 'pageshow' | 'pagehide' | 'visibilitychange'

/** Listens where there is something to listen to (not in Node, not in React Native). Returns its own removal. */
export const listenToNetwork = (tell: (hint: NetworkHint) => void): () => void => {
  const listener = ({ type }: Event): void => {
    if (type !== 'visibilitychange' || !document.hidden) tell(type as NetworkHint)
  }
  const deaf = new AbortController()
  // `visibilitychange` happens to the document and bubbles.
  for (const hint of ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange'] satisfies NetworkHint[]) globalThis.addEventListener?.(hint, listener, deaf)
  return () => deaf.abort()
}

/** Whether the platform admits to having no network. */
export const offline = (): boolean => globalThis.navigator?.onLine === false
