import { React } from './react.js'

interface Watchable<S> {
  readonly get: () => S
  readonly subscribe: (listener: () => void) => () => void
}

/**
 * Watches a snapshot, or a part of it: renders again only when `equal` says that the part changed. The server, and
 * hydration, see the constant `initial`.
 */
export const useSelected = <S, T = S>(
  { get, subscribe }: Watchable<S>, initial: S, selector: (snapshot: S) => T = whole, equal: (a: T, b: T) => boolean = Object.is,
): T => {
  const cacheRef = React.useRef<[T] | null>(null)
  const select = (snapshot: S): T => {
    const selected = selector(snapshot)
    // The part from before is the same object to whoever compares by identity.
    if (!cacheRef.current || !equal(cacheRef.current[0], selected)) cacheRef.current = [selected]
    return cacheRef.current[0]
  }
  return React.useSyncExternalStore(subscribe, () => select(get()), () => select(initial))
}

const whole = <S, T>(snapshot: S): T => snapshot as unknown as T
