import { describe, expect, it } from 'vitest'
import { FrameCounter } from './frame-counter.mjs'

/** A server's frame: unmasked. */
function frame(opcode, payload) {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload])
  const header = Buffer.alloc(length < 65_536 ? 4 : 10)
  header[0] = 0x80 | opcode
  header[1] = length < 65_536 ? 126 : 127
  header.writeUIntBE(length, header.length - (length < 65_536 ? 2 : 6), length < 65_536 ? 2 : 6)
  return Buffer.concat([header, payload])
}

const bytes = Buffer.concat([
  frame(1, Buffer.from('{"a":1}')),
  frame(9, Buffer.from('\n\n')),
  frame(1, Buffer.from(['{}', `"${'x'.repeat(300)}"`, '{}'].join('\n'))),
  frame(1, Buffer.from(`"${'y'.repeat(70_000)}"\n{}`)),
])

describe('the frame counter', () => {
  it.each([1, 7, 1_000, bytes.length])('counts frames and objects in chunks of %i bytes', (size) => {
    const counter = new FrameCounter()
    for (let at = 0; at < bytes.length; at += size) counter.push(bytes.subarray(at, at + size))
    expect(counter).toMatchObject({ frames: 3, objects: 6, bytes: bytes.length })
  })
})
