const TEXT = 1
const CONTINUATION = 0
const NEWLINE = 10

/**
 * Counts what a WebSocket server sends without decoding it: text frames and the objects in them, which `\n` separates.
 * One per socket; takes the bytes after the handshake as they come, cut anywhere.
 */
export class FrameCounter {
  frames = 0
  objects = 0
  bytes = 0
  #left = 0
  #counted = false
  #header = []

  push(chunk) {
    this.bytes += chunk.length
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) {
        this.#header.push(chunk[at++])
        this.#readHeader()
        continue
      }
      const end = Math.min(at + this.#left, chunk.length)
      if (this.#counted) this.objects += newlines(chunk.subarray(at, end))
      this.#left -= end - at
      at = end
    }
  }

  #readHeader() {
    const header = this.#header
    if (header.length < 2) return
    const short = header[1] & 0x7f
    const size = short === 127 ? 10 : short === 126 ? 4 : 2
    if (header.length < size) return
    this.#left = size === 2 ? short : header.slice(2).reduce((length, byte) => length * 256 + byte, 0)
    const opcode = header[0] & 0x0f
    this.#counted = opcode === TEXT || opcode === CONTINUATION
    if (opcode === TEXT) {
      this.frames++
      this.objects++
    }
    this.#header = []
  }
}

function newlines(bytes) {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
