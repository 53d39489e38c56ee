/** How long a hidden page, or one that gets hidden, waits instead of for a frame. */
const HIDDEN_MS = 200

/**
 * Returns a function that makes `run` happen once: at the next frame, or within 200 ms where none comes, because hidden
 * pages stop `requestAnimationFrame`, also for frames asked for while visible.
 */
export function atNextFrame(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const go = (): void => {
    clearTimeout(timer)
    timer = undefined
    run()
  }
  return () => {
    if (timer) return
    timer = setTimeout(go, HIDDEN_MS)
    if (!globalThis.document?.hidden) globalThis.requestAnimationFrame?.(go)
  }
}
