const TEXT = 'The courier is two streets away and the soup is still hot. She rings at the blue door, because yours sticks again, and waits there.'

/** What each event carries: a chat message of 200 bytes as JSON. */
export function eventData(n) {
  return { id: `m${String(n).padStart(9, '0')}`, author: 'ana', text: TEXT, sentAt: 1_760_000_000_000 + n }
}
