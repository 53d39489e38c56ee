/** The room registry of a server that has none: which sockets are in which room. */
export class Members {
  #rooms = new Map()

  add(room, socket) {
    const members = this.of(room)
    members.add(socket)
    this.#rooms.set(room, members)
    socket.on('close', () => members.delete(socket))
  }

  of(room) {
    return this.#rooms.get(room) ?? new Set()
  }
}
