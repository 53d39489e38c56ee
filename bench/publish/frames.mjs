const order = { table: 7, items: [{ dish: 'Tomato soup with basil', count: 2 }, { dish: 'Bread, still warm', count: 1 }], note: 'No garlic for the lady by the window, please; she will know.' }

/** What a client of each peer sends to have something done, or said, and be told so; each publish has an id of its own, of the kind that the peer's client makes. */
export function orderFrame(peer, kind, client, n) {
  const data = kind === 'order' ? order : { id: `m${client}-${n}`, author: 'ana', text: order.note, sentAt: 1_760_000_000_000 + n }
  if (peer === 'socket-io') return `42${n}${JSON.stringify([kind, data])}`
  return JSON.stringify({ type: 'publish', event: kind, data, id: `${String(client).padStart(20, '0')}${String(n).padStart(20, '0')}` })
}

/** What is said in one go, as the peer's own client sends it: ours in one message, Socket.IO's in one each. */
export function messagesOf(peer, frames) {
  return peer === 'socket-io' ? frames : [frames.join('\n')]
}
