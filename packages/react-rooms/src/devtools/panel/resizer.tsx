import type { KeyboardEvent, PointerEvent, ReactNode } from 'react'

const LEAST = 20
const MOST = 90
const STEP = 5

/** The upper edge of the panel: drag it, or move it with the arrow keys. */
export function Resizer({ percent, onResize }: { percent: number; onResize: (percent: number) => void }): ReactNode {
  const resize = (to: number): void => onResize(Math.round(Math.min(MOST, Math.max(LEAST, to))))
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'ArrowUp') resize(percent + STEP)
    if (key === 'ArrowDown') resize(percent - STEP)
  }
  const onPointerMove = ({ currentTarget, pointerId, clientY }: PointerEvent): void => {
    if (currentTarget.hasPointerCapture(pointerId)) resize(100 - (clientY / window.innerHeight) * 100)
  }
  return (
    <div
      className="resizer" role="separator" aria-orientation="horizontal" aria-label="Height of the devtools" tabIndex={0}
      aria-valuenow={percent} aria-valuemin={LEAST} aria-valuemax={MOST}
      onKeyDown={onKeyDown} onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)} onPointerMove={onPointerMove}
    />
  )
}
