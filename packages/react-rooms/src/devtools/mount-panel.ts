import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { styles } from './panel/styles.js'

const KEYS = ['keydown', 'keypress', 'keyup'] as const

/**
 * Shows something in a shadow root of its own and with a React root of its own: the page's styles do not reach it, nor
 * its own the page, and what goes wrong in it goes wrong for nobody else. Returns the removal.
 *
 * @param embedded whether it fills its parent instead of standing over the page.
 */
export function mountPanel(parent: Element, node: ReactNode, { embedded = false, theme = 'system' }: { embedded?: boolean; theme?: 'light' | 'dark' | 'system' } = {}): () => void {
  // The parent may stand in a window of its own, whose styles must come from itself.
  const { ownerDocument } = parent
  const { CSSStyleSheet } = ownerDocument.defaultView ?? globalThis
  const host = ownerDocument.createElement('rooms-devtools')
  if (embedded) host.setAttribute('embedded', '')
  host.setAttribute('theme', theme)
  const shadow = host.attachShadow({ mode: 'open' })
  // Set by script and not by an element, so that a strict `style-src` has nothing to forbid.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  shadow.adoptedStyleSheets = [sheet]
  // What is typed here would reach the page as keys pressed on no field, and set off its shortcuts.
  for (const key of KEYS) host.addEventListener(key, (event) => event.stopPropagation())
  parent.append(host)
  const root = createRoot(shadow)
  root.render(node)
  return () => {
    host.remove()
    // React does not let one root end within another's commit.
    queueMicrotask(() => root.unmount())
  }
}
