const TEXT = 0x81

/** Cuts what a WebSocket server sends into messages without copying or decoding what nobody asks for. */
export class FrameReader {
  /** WebSocket messages. */
  frames = 0
  bytes = 0
  #onMessage
  #header = []
  #left = 0
  #isText = false
  #parts = []

  /** `onMessage` gets the payload of each text message, as the pieces it came in. */
  constructor(onMessage) {
    this.#onMessage = onMessage
  }

  push(chunk) {
    this.bytes += chunk.length
    for (let at = 0; at < chunk.length;) {
      if (this.#left === 0) {
        this.#header.push(chunk[at++])
        this.#readHeader()
        continue
      }
      const end = Math.min(at + this.#left, chunk.length)
      this.#parts.push(chunk.subarray(at, end))
      this.#left -= end - at
      at = end
      if (this.#left === 0) this.#message()
    }
  }

  #readHeader() {
    const header = this.#header
    if (header.length < 2) return
    const short = header[1] & 0x7f
    const size = short === 127 ? 10 : short === 126 ? 4 : 2
    if (header.length < size) return
    this.#left = size === 2 ? short : header.slice(2).reduce((length, byte) => length * 256 + byte, 0)
    this.#isText = header[0] === TEXT
    this.#header = []
    if (this.#left === 0) this.#message()
  }

  #message() {
    const parts = this.#parts
    this.#parts = []
    if (!this.#isText) return
    this.frames++
    this.#onMessage(parts)
  }
}
