import { React } from './react.js'
import { useLatest } from './use-latest.js'

/**
 * Listens while there is a handler, which may change between renders.
 *
 * @param listen begins anew when this is another function.
 */
export const useListener = <A extends unknown[]>(handler: ((...args: A) => void) | undefined, listen: (listener: (...args: A) => void) => () => void): void => {
  const latest = useLatest(handler)
  const listens = !!handler
  React.useEffect(() => (listens ? listen((...args) => latest.current?.(...args)) : undefined), [listen, listens, latest])
}
