import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

const nearEndPx = 48

/**
 * Keeps a log at its end while the reader is there, and leaves it alone while they read further up.
 * `unseen` counts what arrived meanwhile; `toEnd` brings the reader back.
 */
export function useFollowingScroll(log: RefObject<HTMLElement | null>, count: number) {
  const following = useRef(true)
  const seen = useRef(count)
  const [unseen, setUnseen] = useState(0)

  const toEnd = () => {
    following.current = true
    const element = log.current
    if (element) element.scrollTop = element.scrollHeight
  }

  // After every commit: a line may also grow, as when a message says that it was not sent.
  useLayoutEffect(() => {
    if (following.current) {
      toEnd()
      seen.current = count
    }
    setUnseen(Math.max(0, count - seen.current))
  })

  const onScroll = () => {
    const element = log.current
    if (!element) return
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx
    if (!following.current) return
    seen.current = count
    setUnseen(0)
  }

  return { unseen, toEnd, onScroll }
}
