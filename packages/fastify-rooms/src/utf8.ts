/** Of one UTF-16 unit. */
const MAX_BYTES = 3

/** Whether a text of that many UTF-16 units has at most `maxBytes` bytes whatever its letters: what surely fits need not be measured. */
export function surelyFits(units: number, maxBytes: number): boolean {
  return units * MAX_BYTES <= maxBytes
}
