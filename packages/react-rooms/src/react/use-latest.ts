import { React, type RefObject } from './react.js'

/** The newest committed value, for listeners that must not be replaced at each render. */
export const useLatest = <T>(value: T): RefObject<T> => {
  const ref = React.useRef(value)
  React.useInsertionEffect(() => {
    ref.current = value
  })
  return ref
}
