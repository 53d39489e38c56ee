import type { CSSProperties } from 'react'
import './people.css'

/** A person's initials on a colour of their own. The name is the label; the colour only helps to find it again. */
export function Avatar({ id, name, decorative = false }: { id: string; name: string; decorative?: boolean }) {
  const style = { '--hue': hueOf(id) } as CSSProperties
  if (decorative) return <span className="avatar" style={style} aria-hidden="true">{initials(name)}</span>
  return <span className="avatar" style={style} role="img" aria-label={name} title={name}>{initials(name)}</span>
}

function initials(name: string): string {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('').toUpperCase()
}

function hueOf(id: string): number {
  let hash = 2_166_136_261
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0
  return hash % 360
}
