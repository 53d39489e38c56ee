/** Every socket that was opened, newest last. */
export const sockets = []

/** A WebSocket without a network: tests hand it what a server would send. */
export class FakeSocket {
  static CONNECTING = 0
  static OPEN = 1
  static CLOSING = 2
  static CLOSED = 3
  readyState = 0
  bufferedAmount = 0
  binaryType = 'blob'
  onopen = null
  onmessage = null
  onclose = null
  onerror = null
  sent = []
  constructor(url, protocols) {
    this.url = url
    this.protocol = [protocols].flat()[0] ?? ''
    sockets.push(this)
  }

  open() {
    this.readyState = FakeSocket.OPEN
    this.onopen?.({})
  }

  receive(data) {
    this.onmessage({ data })
  }

  send(text) {
    this.sent.push(text)
  }

  close() {
    this.readyState = FakeSocket.CLOSED
  }
}
