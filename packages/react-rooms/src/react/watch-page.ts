/** The page is put aside, comes back, or its network does. */
export type PageHint = 'rest' | 'wake' | 'online'

/**
 * Tells what a page's timers and requests should know, at once if it is hidden already. A page in the back/forward cache
 * always rests.
 *
 * @param pauseHidden whether a hidden page rests.
 * @returns its own removal.
 */
export function watchPage(pauseHidden: boolean, tell: (hint: PageHint) => void): () => void {
  // Neither Node nor React Native has all of it.
  const target: Partial<EventTarget> = globalThis
  const hidden = (): boolean => pauseHidden && globalThis.document?.hidden === true
  const listeners = {
    online: () => tell('online'),
    pagehide: () => tell('rest'),
    pageshow: () => hidden() || tell('wake'),
    // A page on its way into the cache is hidden too: without `pauseHidden` this says nothing.
    visibilitychange: () => pauseHidden && tell(hidden() ? 'rest' : 'wake'),
  }
  for (const [type, listener] of Object.entries(listeners)) target.addEventListener?.(type, listener)
  if (hidden()) tell('rest')
  return () => {
    for (const [type, listener] of Object.entries(listeners)) target.removeEventListener?.(type, listener)
  }
}
