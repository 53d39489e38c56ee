import type { ReactNode } from 'react'

/** A room with its door ajar. */
export function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 24 24" fill="none" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M13 20H4V4h16v9" />
      <path className="door" d="M13 20a7 7 0 0 1 7-7" />
    </svg>
  )
}
