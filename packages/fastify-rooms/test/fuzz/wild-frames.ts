import * as fc from 'fast-check'
import { frame } from '../bad-input/raw-tcp.js'

/** Numbers from 0 up to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

// Few rooms and ids: what legitimately stays in memory for a while is no leak.
const room = fc.constantFrom('chat:1', 'chat:2', 'feed:all', 'user:ana', 'user:bo', 'nope:1', '__proto__', 'chat', '..', 'chat:\0')
const id = fc.oneof(fc.nat(200).map((n) => `id-${n}`), fc.string())
const name = fc.oneof(fc.constantFrom('message', 'asked', 'cursor', 'tick', 'constructor'), fc.string())
const type = fc.oneof({ weight: 9, arbitrary: fc.constantFrom('join', 'leave', 'publish', 'signal', 'typing', 'presence', 'members', 'auth', 'ping', 'pong') }, { weight: 1, arbitrary: fc.string() })
const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })
const data = fc.oneof(fc.record({ text: fc.string({ unit: 'binary' }) }), json)
const position = fc.oneof(fc.constantFrom('e:1:aaaaaaaa', '::'), fc.string({ unit: 'binary' }))

/** Objects that are nearly right: each field is right, of another type, or missing. */
const object = fc.record({
  type, room: fc.oneof({ weight: 9, arbitrary: room }, { weight: 1, arbitrary: json }), event: fc.oneof({ weight: 9, arbitrary: name }, { weight: 1, arbitrary: json }), signal: name, data,
  id: fc.oneof({ weight: 9, arbitrary: id }, { weight: 1, arbitrary: json }), state: json, on: fc.oneof(fc.boolean(), json), rewind: fc.oneof(fc.nat(), fc.double(), json), position, token: fc.string(), after: fc.string(), trace: fc.string(),
}, { requiredKeys: [] })

/** So many texts that clients could send, by the seed: right ones, nearly right ones, cut, doubled, overwritten and wild ones. */
export function wildTexts(count: number, seed: number): string[] {
  const text = fc.oneof({ weight: 6, arbitrary: object.map((value) => JSON.stringify(value)) }, { weight: 2, arbitrary: fc.array(object, { minLength: 1, maxLength: 5 }).map((values) => values.map((value) => JSON.stringify(value)).join('\n')) }, { weight: 1, arbitrary: json.map((value) => JSON.stringify(value)) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) })
  const random = randomFrom(seed)
  return fc.sample(text, { numRuns: count, seed }).map((whole) => {
    const at = Math.floor(random() * whole.length)
    const lot = random()
    if (lot < 0.7) return whole
    if (lot < 0.8) return whole.slice(0, at)
    if (lot < 0.85) return whole + whole
    if (lot < 0.95) return whole.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x80)) + whole.slice(at + 1)
    return whole.slice(at) + whole.slice(0, at)
  })
}

/** A text as a frame; one of twelve breaks the WebSocket protocol, which ends the connection, or stands in fragments. */
export function wildFrame(text: string, random: () => number): Buffer {
  const lot = Math.floor(random() * 144)
  switch (lot) {
    case 0: return frame(text, { rsv: 1 + Math.floor(random() * 7) })
    case 1: return frame(text, { opcode: Math.floor(random() * 16) })
    case 2: return frame(text, { masked: false })
    case 3: return frame(text, { claims: BigInt(Math.floor(random() * 2 ** 20)) })
    case 4: return frame(wildBytes(40, random))
    case 5: return frame(text, { form: 64 })
    case 6: return wildBytes(60, random)
    case 7: return frame(text.slice(0, 100), { opcode: 8 })
    default: return wholeFrame(text, random)
  }
}

/** A text as a frame that keeps to the WebSocket protocol, whatever the text is: in one piece, in fragments with a ping between them, or as a pong. */
export function wholeFrame(text: string, random: () => number): Buffer {
  const lot = Math.floor(random() * 36)
  switch (lot) {
    case 0: return Buffer.concat([frame(text.slice(0, 9), { fin: false }), frame('', { opcode: 9 }), frame(text.slice(9), { opcode: 0 })])
    case 1: return frame(text.slice(0, 30), { opcode: 10 })
    default: return frame(text)
  }
}

export function wildBytes(most: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 256)))
}
