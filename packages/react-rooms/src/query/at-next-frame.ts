/** How long a page that is hidden, or gets hidden, waits instead of for a frame; and where there are no frames at all. */
const HIDDEN_MS = 200
const FRAMELESS_MS = 16

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
    const frames = globalThis.requestAnimationFrame as typeof requestAnimationFrame | undefined
    timer = setTimeout(go, frames ? HIDDEN_MS : FRAMELESS_MS)
    if (!globalThis.document?.hidden) frames?.(go)
  }
}
