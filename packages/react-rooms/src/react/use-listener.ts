import { React } from './react.js'
import { useLatest } from './use-latest.js'

/** Listens for as long as what it depends on stays; the handler may change between renders. */
export const useListener = <A extends unknown[]>(handler: ((...args: A) => void) | undefined, listen: (listener: (...args: A) => void) => () => void, dependencies: readonly unknown[]): void => {
  const latest = useLatest(handler)
  const listens = !!handler
  React.useEffect(() => (listens ? listen((...args) => latest.current?.(...args)) : undefined), [listens, latest, ...dependencies])
}
