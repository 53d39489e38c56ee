/** Not zeros: servers leave those unmasked, which no browser's frames are. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

/** A text frame as a client must send it. */
export function maskedFrame(text) {
  const length = Buffer.byteLength(text)
  const header = length < 126 ? 2 : 4
  const frame = Buffer.allocUnsafe(header + 4 + length)
  frame[0] = 0x81
  if (header === 2) frame[1] = 0x80 | length
  else {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  }
  MASK.copy(frame, header)
  frame.write(text, header + 4)
  for (let at = 0; at < length; at++) frame[header + 4 + at] ^= MASK[at & 3]
  return frame
}
