/** What each event carries: a chat message of ordinary length. */
export function eventData(n) {
  return { id: `m${n}`, author: 'ana', text: 'The courier is two streets away, the soup is still hot.', sentAt: 1_760_000_000_000 + n }
}
