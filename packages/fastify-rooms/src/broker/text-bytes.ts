/** Letters from here on take three bytes, each of which says so by its first bit. */
const WIDE = 0x80
const BITS = 7
const MASK = 0x7f

/*
 * Any text as bytes: a letter of ASCII in one, any other unit of UTF-16 in three of 7 bits each. UTF-8 would do but for
 * halves of surrogate pairs, which it cannot tell apart, and for the call into the engine, which takes as long as all.
 */

export function byteLengthOf(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= WIDE) bytes += 2
  return bytes
}

/** Returns where it ends. */
export function writeText(bytes: Uint8Array, start: number, text: string): number {
  let at = start
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= WIDE) {
      bytes[at++] = WIDE | (unit >> (2 * BITS))
      bytes[at++] = WIDE | ((unit >> BITS) & MASK)
    }
    bytes[at++] = unit < WIDE ? unit : WIDE | (unit & MASK)
  }
  return at
}

/** Where a text ends that begins here; -1 if another one stands here. */
export function endOfText(bytes: Uint8Array, start: number, text: string): number {
  let at = start
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= WIDE && (bytes[at++] !== (WIDE | (unit >> (2 * BITS))) || bytes[at++] !== (WIDE | ((unit >> BITS) & MASK)))) return -1
    if (bytes[at++] !== (unit < WIDE ? unit : WIDE | (unit & MASK))) return -1
  }
  return at
}

export function readText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte < WIDE) text += String.fromCharCode(byte)
    else {
      text += String.fromCharCode(((byte & MASK) << (2 * BITS)) | ((bytes[at + 1]! & MASK) << BITS) | (bytes[at + 2]! & MASK))
      at += 2
    }
  }
  return text
}
