/** Of one UTF-16 unit. */
const MAX_BYTES = 3

/** Whether a text of that many UTF-16 units has at most `maxBytes` bytes whatever its letters: what surely fits need not be measured. */
export function surelyFits(units: number, maxBytes: number): boolean {
  return units * MAX_BYTES <= maxBytes
}

/** Whether a text has more than `maxBytes` bytes. */
export function exceeds(text: string, maxBytes: number): boolean {
  return !surelyFits(text.length, maxBytes) && Buffer.byteLength(text) > maxBytes
}
