const TEXT = 1
const CONTINUATION = 0
const NEWLINE = 10
const LONGEST_HEADER = 10

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
  /** A header that the end of a chunk cut. */
  #header = null

  push(chunk) {
    this.bytes += chunk.length
    // Looked for once: frames without one would each be searched to the chunk's end.
    let newline = chunk.indexOf(NEWLINE)
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) at = this.#header === null && chunk.length - at >= LONGEST_HEADER ? at + this.#readHeader(chunk, at) : this.#gatherHeader(chunk, at)
      const end = Math.min(at + this.#left, chunk.length)
      for (; newline !== -1 && newline < end; newline = chunk.indexOf(NEWLINE, newline + 1)) if (this.#counted && newline >= at) this.objects++
      this.#left -= end - at
      at = end
    }
  }

  /** Where bytes are few they are taken one by one, until they are a header. */
  #gatherHeader(chunk, at) {
    this.#header ??= []
    this.#header.push(chunk[at])
    if (this.#header.length >= 2 && this.#header.length >= headerLength(this.#header[1])) {
      this.#readHeader(Buffer.from(this.#header), 0)
      this.#header = null
    }
    return at + 1
  }

  /** Takes a whole header; its length. */
  #readHeader(bytes, at) {
    const size = headerLength(bytes[at + 1])
    this.#left = size === 2 ? bytes[at + 1] & 0x7f : size === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6)
    const opcode = bytes[at] & 0x0f
    this.#counted = opcode === TEXT || opcode === CONTINUATION
    if (opcode === TEXT) {
      this.frames++
      this.objects++
    }
    return size
  }
}

function headerLength(second) {
  const short = second & 0x7f
  return short === 127 ? LONGEST_HEADER : short === 126 ? 4 : 2
}
