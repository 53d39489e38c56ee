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
  const cacheRef = React.useRef<readonly [S?, unknown?, T?]>([])
  const select = (snapshot: S): T => {
    const [of, by, before] = cacheRef.current
    // Asked again of the same snapshot: with a selector that makes a new object each time React would render for ever.
    if (of === snapshot && by === selector) return before!
    const selected = selector(snapshot)
    // The part from before is the same object to whoever compares by identity.
    const part = by && equal(before!, selected) ? before! : selected
    cacheRef.current = [snapshot, selector, part]
    return part
  }
  return React.useSyncExternalStore(subscribe, () => select(get()), () => select(initial))
}

const whole = <S, T>(snapshot: S): T => snapshot as unknown as T
