const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * Counts what an event stream sends without decoding it: its blocks, which an empty line ends, and the chunks of the
 * answer that carry them. One per socket; takes the bytes after the head of the answer as they come, cut anywhere.
 */
export class BlockCounter {
  objects = 0
  bytes = 0
  #returns = 0
  /** Where the newest line feed stood, counted over all chunks, and how many stood there in a row. */
  #newest = -2
  #row = 0

  /** Each chunk has a line before its bytes and one after them; events themselves hold no carriage return. */
  get frames() { return this.#returns >> 1 }

  push(chunk) {
    for (let at = chunk.indexOf(CARRIAGE_RETURN); at !== -1; at = chunk.indexOf(CARRIAGE_RETURN, at + 1)) this.#returns++
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
      this.#row = this.bytes + at === this.#newest + 1 ? this.#row + 1 : 1
      this.#newest = this.bytes + at
      // Further empty lines end nothing.
      if (this.#row === 2) this.objects++
    }
    this.bytes += chunk.length
  }
}
