import { describe, expect, test } from 'vitest'
import { tokenOf } from '../support/test-app.js'
import { contract } from '../support/test-contract.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { INTRUDER, type Neighbour, settleIn } from './neighbour.js'
import { closeCode, frame, RawTcp, upgrade } from './raw-tcp.js'

async function enter(): Promise<{ server: TestServer; neighbour: Neighbour; client: RawTcp }> {
  const server = await startServer({ contract })
  const neighbour = await settleIn(server)
  const client = new RawTcp(server.port)
  client.write(upgrade('/ws/chat%3Aa', { 'Sec-WebSocket-Protocol': `rooms.v1, bearer.${tokenOf(server.app, INTRUDER)}` }))
  await client.says('"joined"')
  return { server, neighbour, client }
}

const PING = '{"type":"ping"}'
const close = (code: number, reason: string | Buffer = ''): Buffer => frame(Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]), { opcode: 8 })

describe('frames against the WebSocket protocol end their connection and touch nobody else', () => {
  const wrong: [string, Buffer, number][] = [
    ['without a mask', frame(PING, { masked: false }), 1002],
    ...[1, 2, 4, 7].map((rsv): [string, Buffer, number] => [`with reserved bits ${rsv}`, frame(PING, { rsv }), 1002]),
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer, number] => [`of opcode ${opcode}`, frame(PING, { opcode }), 1002]),
    ['a continuation of nothing', frame(PING, { opcode: 0 }), 1002],
    ['a text in the midst of another', Buffer.concat([frame('{"type"', { fin: false }), frame(':"ping"}')]), 1002],
    ['a ping in fragments', frame('x', { opcode: 9, fin: false }), 1002],
    ['a ping over 125 bytes', frame('x'.repeat(126), { opcode: 9 }), 1002],
    ['a pong over 125 bytes', frame('x'.repeat(4_000), { opcode: 10 }), 1002],
    ['a close over 125 bytes', frame(Buffer.concat([Buffer.from([3, 232]), Buffer.alloc(200, 'x')]), { opcode: 8 }), 1002],
    ['a close of one byte', frame('x', { opcode: 8 }), 1002],
    ...[0, 999, 1004, 1005, 1006, 1015, 2_999, 5_000, 65_535].map((code): [string, Buffer, number] => [`a close with code ${code}`, close(code), 1002]),
    ['a close whose reason is no UTF-8', close(1000, Buffer.from([0xff, 0xfe])), 1007],
    ['a length of 2^63', frame(PING, { claims: 2n ** 63n }), 1009],
    ['a length of 2^53', frame(PING, { claims: 2n ** 53n }), 1009],
    ['a length of 4 GiB', frame(PING, { claims: 2n ** 32n }), 1009],
    ['a length just over limits.batchBytes', frame(PING, { claims: 262_145n }), 1009],
    ['a text that is no UTF-8', frame(Buffer.from([0xc3, 0x28])), 1007],
    ['half of a surrogate pair as UTF-8', frame(Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ['an over-long UTF-8 form', frame(Buffer.from([0xc0, 0xaf])), 1007],
    ['UTF-8 that two fragments break', Buffer.concat([frame(Buffer.from([0xf0, 0x9f]), { fin: false }), frame(Buffer.from([0x92]), { opcode: 0 })]), 1007],
    ['binary', Buffer.concat([frame(PING, { opcode: 2 }), close(1000)]), 1003],
    ['an empty binary message', Buffer.concat([frame('', { opcode: 2 }), close(1000)]), 1003],
    ['a text in fragments over limits.batchBytes', Buffer.concat([frame('x'.repeat(200_000), { fin: false }), frame('x'.repeat(200_000), { opcode: 0 })]), 1009],
    ['more fragments than anybody needs', Buffer.concat([frame('x', { fin: false }), ...Array<Buffer>(20_000).fill(frame('x', { opcode: 0, fin: false }))]), 1008],
  ]
  test.each(wrong)('%s', async (_, bytes, code) => {
    const { neighbour, client } = await enter()
    client.write(bytes)
    expect(closeCode(await client.ended)).toBe(code)
    await neighbour.unharmed()
  })
})

describe('frames that are unusual and right are read', () => {
  const right: [string, Buffer][] = [
    ['a length in a longer form than it needs', frame(PING, { form: 64 })],
    ['a byte in each fragment, with pings between', Buffer.concat([...PING].map((byte, i) => Buffer.concat([frame(byte, { opcode: i === 0 ? 1 : 0, fin: i === PING.length - 1 }), frame('?', { opcode: 9 })])))],
    ['empty fragments around it', Buffer.concat([frame('', { fin: false }), frame('', { opcode: 0, fin: false }), frame(PING, { opcode: 0, fin: false }), frame('', { opcode: 0 })])],
    ['pongs nobody asked for', Buffer.concat([...Array<Buffer>(1_000).fill(frame('?', { opcode: 10 })), frame(PING)])],
  ]
  test.each(right)('%s', async (_, bytes) => {
    const { neighbour, client } = await enter()
    client.write(bytes)
    await client.says('{"type":"pong"}')
    await neighbour.unharmed()
  })
  test('one byte at a time', async () => {
    const { neighbour, client } = await enter()
    for (const byte of frame(PING)) {
      client.write(Buffer.from([byte]))
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await client.says('{"type":"pong"}')
    await neighbour.unharmed()
  })
})

describe('a client that ends where nobody expects it touches nobody else', () => {
  test.each([
    ['in the midst of a header', frame(PING).subarray(0, 1)],
    ['in the midst of a mask', frame(PING).subarray(0, 4)],
    ['in the midst of a frame', frame(PING).subarray(0, 12)],
    ['between two fragments', frame('{"type"', { fin: false })],
    ['before any of a length', frame('', { claims: 100_000n })],
  ])('%s, with and without a FIN', async (_, bytes) => {
    const { server, neighbour, client } = await enter()
    client.write(bytes)
    client.socket.end()
    await client.ended
    await neighbour.unharmed()
    const other = new RawTcp(server.port)
    other.write(upgrade('/ws/chat%3Aa', { 'Sec-WebSocket-Protocol': `rooms.v1, bearer.${tokenOf(server.app, INTRUDER)}` }))
    await other.says('"joined"')
    other.write(bytes)
    other.socket.resetAndDestroy()
    await other.ended
    await neighbour.unharmed()
  })
})

test('a client that pings without end and never reads the pongs is ended, and touches nobody else', async () => {
  const { neighbour, client } = await enter()
  client.socket.pause()
  const many = Buffer.concat(Array<Buffer>(1_000).fill(frame('x'.repeat(125), { opcode: 9 })))
  while (!client.socket.destroyed) {
    client.write(many)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  await neighbour.unharmed()
})
