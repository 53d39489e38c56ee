/** Whether the panel was open, for this tab and as long as it lives. */
const KEY = 'react-rooms/devtools'

export function wasOpen(): boolean | null {
  try {
    const word = sessionStorage.getItem(KEY)
    return word === null ? null : word === 'open'
  } catch {
    // Pages may be forbidden to store anything.
    return null
  }
}

export function rememberOpen(open: boolean): void {
  try {
    sessionStorage.setItem(KEY, open ? 'open' : 'closed')
  } catch {
    // Then it is closed after the next reload.
  }
}
