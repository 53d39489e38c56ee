import { useLayoutEffect, useRef, type RefObject } from 'react'

interface Row { readonly left: number; readonly top: number; readonly revision: string | undefined }

const still = matchMedia('(prefers-reduced-motion: reduce)')

/**
 * Lets rows glide from where they were to where they are, and lights up those whose `data-revision` changed. Rows are the
 * children of `list` with a `data-row`. With reduced motion they are in place at once and only light up; so they are where
 * a row came in, which stands in its place already and would be passed over.
 */
export function useMovingRows(list: RefObject<HTMLElement | null>): void {
  const before = useRef<ReadonlyMap<string, Row>>(null)
  useLayoutEffect(() => {
    if (!list.current) return
    const rows = [...list.current.querySelectorAll<HTMLElement>('[data-row]')]
    const known = before.current
    const isGliding = !still.matches && known !== null && rows.every((row) => known.has(idOf(row)))
    const now = new Map<string, Row>()
    for (const element of rows) {
      const row = { left: element.offsetLeft, top: element.offsetTop, revision: element.dataset['revision'] }
      now.set(idOf(element), row)
      if (known) animate(element, known.get(idOf(element)), row, isGliding)
    }
    before.current = now
  })
}

const idOf = (row: HTMLElement) => row.dataset['row'] ?? ''

function animate(element: HTMLElement, from: Row | undefined, to: Row, isGliding: boolean): void {
  const moved = from && (from.left !== to.left || from.top !== to.top)
  if (moved && isGliding) {
    element.animate({ transform: [`translate(${from.left - to.left}px, ${from.top - to.top}px)`, 'none'] }, { duration: 320, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' })
  }
  if (from?.revision !== to.revision) {
    element.animate({ backgroundColor: ['var(--accent-soft)', 'var(--accent-soft)', 'var(--surface)'] }, { duration: 1_600, easing: 'ease-out' })
  }
}
