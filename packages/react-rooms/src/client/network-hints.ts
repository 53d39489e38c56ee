/**
 * What the platform tells of the network and the page: `awake` (either came back: worth a look at once), `offline`,
 * `hidden` (the page goes away, perhaps into the back/forward cache, which no open socket may enter).
 */
export type NetworkHint = 'awake' | 'offline' | 'hidden'

/** Listens where there is a window; elsewhere does nothing. Returns its own removal. */
export function listenToNetwork(tell: (hint: NetworkHint) => void): () => void {
  const target = globalThis.window as Window | undefined
  if (target?.addEventListener === undefined) return () => {}
  const page = target.document
  const awake = (): void => tell('awake')
  const entries: [EventTarget, string, () => void][] = [
    [target, 'online', awake], [target, 'pageshow', awake], [target, 'offline', () => tell('offline')], [target, 'pagehide', () => tell('hidden')],
    [page, 'visibilitychange', () => page.visibilityState === 'visible' && awake()],
  ]
  for (const [on, type, listener] of entries) on.addEventListener(type, listener)
  return () => {
    for (const [on, type, listener] of entries) on.removeEventListener(type, listener)
  }
}

/** Whether the platform admits to having a network; true where it does not say. */
export function online(): boolean {
  return globalThis.navigator?.onLine !== false
}
