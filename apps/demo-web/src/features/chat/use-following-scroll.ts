import { useLayoutEffect, useRef, useState } from 'react'

const nearEndPx = 48

/**
 * Keeps a log at its end while the reader is there, and leaves it alone while they read further up. `unseen` counts what
 * arrived meanwhile; `toEnd` brings the reader back, and so does writing something (`ownId` is the newest of one's own).
 */
export function useFollowingScroll(count: number, ownId: string | undefined) {
  const log = useRef<HTMLDivElement>(null)
  /** How many lines there were when the reader left the end; null while they are there. */
  const [leftAt, setLeftAt] = useState<number | null>(null)
  const [lastOwn, setLastOwn] = useState(ownId)
  if (ownId !== lastOwn) {
    setLastOwn(ownId)
    if (ownId !== undefined) setLeftAt(null)
  }

  // After every commit: a line may also grow, as when a message says that it was not sent.
  useLayoutEffect(() => {
    if (leftAt === null) log.current?.scrollTo({ top: log.current.scrollHeight })
  })

  const onScroll = () => {
    if (!log.current) return
    const { scrollHeight, scrollTop, clientHeight } = log.current
    const atEnd = scrollHeight - scrollTop - clientHeight < nearEndPx
    setLeftAt((since) => (atEnd ? null : (since ?? count)))
  }

  return { log, onScroll, unseen: leftAt === null ? 0 : Math.max(0, count - leftAt), toEnd: () => setLeftAt(null) }
}
