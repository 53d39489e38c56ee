import type { ReactNode } from 'react'
import { byteSize } from './formats.js'

/** An object in full, for those who asked. */
export function Payload({ value, bytes }: { value: unknown; bytes?: number }): ReactNode {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2) ?? ''
  return <pre className="payload" tabIndex={0} aria-label={`Payload, ${byteSize(bytes ?? text.length)}`}>{text}</pre>
}
