import { describe, expect, test } from 'vitest'
import { tokenOf } from '../support/test-app.js'
import { contract } from '../support/test-contract.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { INTRUDER, type Neighbour, settleIn } from './neighbour.js'
import { RawTcp, upgrade } from './raw-tcp.js'

async function start(): Promise<{ server: TestServer; neighbour: Neighbour }> {
  const server = await startServer({ contract, limits: { unauthenticatedMs: 500 } }, { server: { http: { headersTimeout: 300, connectionsCheckingInterval: 50 } } as object })
  return { server, neighbour: await settleIn(server) }
}

/** The status of the first answer; 0 where there was none. */
const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)

/** Says it, and ends where the server does not. */
async function tell(server: TestServer, bytes: string | Buffer): Promise<number> {
  const client = new RawTcp(server.port)
  client.write(bytes)
  await client.says('\r\n\r\n').catch(() => {})
  client.socket.end()
  return statusOf((await client.ended).toString('latin1'))
}

describe('an upgrade that is none is refused and touches nobody else', () => {
  test.each([
    ['a key of 15 bytes', { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }, 400],
    ['a key with other characters', { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }, 400],
    ['an empty key', { 'Sec-WebSocket-Key': '' }, 400],
    ['no key', { 'Sec-WebSocket-Key': undefined }, 400],
    ['version 12', { 'Sec-WebSocket-Version': '12' }, 400],
    ['version 14', { 'Sec-WebSocket-Version': '14' }, 400],
    ['no version', { 'Sec-WebSocket-Version': undefined }, 400],
    ['another protocol', { Upgrade: 'h2c' }, 400],
    ['no Upgrade', { Upgrade: undefined }, 426],
    ['no Connection', { Connection: undefined }, 426],
    ['a subprotocol twice', { 'Sec-WebSocket-Protocol': 'rooms.v1, rooms.v1' }, 400],
    ['an empty subprotocol', { 'Sec-WebSocket-Protocol': ', ,' }, 400],
    ['a subprotocol with spaces', { 'Sec-WebSocket-Protocol': 'rooms v1' }, 400],
    ['a foreign Origin', { Origin: 'https://evil.example' }, 403],
    ['the Origin null', { Origin: 'null' }, 403],
    ['a header with a control character', { 'X-A': 'a\u0001b' }, 400],
    ['more headers than a server reads', { 'X-A': 'x'.repeat(20_000) }, 431],
  ])('%s', async (_, headers, status) => {
    const { server, neighbour } = await start()
    expect(await tell(server, upgrade('/ws/chat%3Aa', headers))).toBe(status)
    await neighbour.unharmed()
  })
  test.each([
    ['a bare CR and LF', '/ws/chat\r\nX-A: b', 400],
    ['a NUL', '/ws/chat\0', 400],
    ['%00', '/ws/chat%3A%00', 400],
    ['%0d%0a', '/ws/chat%3Aa%0d%0aSet-Cookie:%20a=b', 400],
    ['an encoded slash', '/ws/chat%3Aa%2F..%2Fb', 400],
    ['dots', '/ws/../ws/%2e%2e', 400],
    ['a star', '/ws/*', 400],
    ['braces', '/ws/%7Bx%7D', 400],
    ['__proto__', '/ws/__proto__', 400],
    ['161 characters and one', `/ws/${'k'.repeat(32)}:${'i'.repeat(129)}`, 400],
    ['12,000 characters', `/ws/${'k'.repeat(12_000)}`, 400],
    ['bytes that are no UTF-8', '/ws/chat%3A%ff%fe', 400],
    ['half an escape', '/ws/chat%3', 400],
    ['an escape that is none', '/ws/%zz', 400],
    ['a whole address', 'http://localhost/ws/%2e%2e', 404],
  ])('a room with %s', async (_, path, status) => {
    const { server, neighbour } = await start()
    expect([400, status]).toContain(await tell(server, upgrade(path)))
    await neighbour.unharmed()
  })
  test.each(['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'BREW', 'CONNECT'])('by %s', async (method) => {
    const { server, neighbour } = await start()
    expect([0, 400, 404, 405]).toContain(await tell(server, upgrade('/ws/chat%3Aa').replace('GET', method)))
    await neighbour.unharmed()
  })
})

describe('requests that are none are refused and touch nobody else', () => {
  const long = (body: string, headers = ''): string => `POST /rooms/chat%3Aa HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${headers}\r\n${body}`
  test.each([
    ['rubbish', 'rubbish\r\n\r\n', 400],
    ['bytes', Buffer.from(Array.from({ length: 2_000 }, (_, n) => (n * 167) % 256)), 400],
    ['a TLS greeting', Buffer.from('160301020001000001fc0303', 'hex'), 400],
    ['another version of HTTP', 'GET /ws HTTP/9.9\r\n\r\n', 400],
    ['the greeting of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a frame before any upgrade', Buffer.from([0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 400],
    ['two lengths', long('{}', 'Content-Length: 2\r\nContent-Length: 3\r\n'), 400],
    ['a length and chunks', long('0\r\n\r\n', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'), 400],
    ['a length that is none', long('{}', 'Content-Length: -1\r\n'), 400],
    ['a length beyond all bounds', long('{}', 'Content-Length: 99999999999999999999\r\n'), 400],
    ['a length over limits.batchBytes', long('{}', 'Content-Length: 262145\r\n'), 413],
    ['a chunk that is none', long('zz\r\n{}\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'), 400],
    ['chunks over limits.batchBytes', long(`fffff\r\n${'x'.repeat(0xfffff)}\r\n0\r\n\r\n`, 'Transfer-Encoding: chunked\r\n'), 413],
    ['a body shorter than its length, cut', long('{"a', 'Content-Length: 2\r\n'), 400],
    ['a compressed body', long('\u001f\u008b', 'Content-Length: 2\r\nContent-Encoding: gzip\r\n'), 400],
    ['a form', long('a=b', 'Content-Length: 3\r\n').replace('application/json', 'application/x-www-form-urlencoded'), 415],
    ['a plain text', long('{}', 'Content-Length: 2\r\n').replace('application/json', 'text/plain;a=application/json'), 415],
    ['an expectation that nobody meets', long('{}', 'Content-Length: 2\r\nExpect: gold\r\n'), 417],
  ])('%s', async (_, bytes, status) => {
    const { server, neighbour } = await start()
    expect(await tell(server, bytes)).toBe(status)
    await neighbour.unharmed()
  })
  test('half of one, and gone', async () => {
    const { server, neighbour } = await start()
    const whole = upgrade('/ws/chat%3Aa', { Authorization: `Bearer ${tokenOf(server.app, INTRUDER)}` })
    for (const share of [0.1, 0.5, 0.9, 1]) {
      for (const way of ['end', 'resetAndDestroy'] as const) {
        const client = new RawTcp(server.port)
        client.write(whole.slice(0, Math.floor(whole.length * share)))
        await new Promise<void>((resolve) => client.socket.once('ready', () => setImmediate(resolve)))
        client.socket[way]()
        await client.ended
      }
      await neighbour.unharmed()
    }
  })
  test('headers that come a byte at a time are ended by headersTimeout', async () => {
    const { server, neighbour } = await start()
    const client = new RawTcp(server.port)
    const drip = setInterval(() => client.write('x'), 20)
    client.write('GET /ws/chat%3Aa HTTP/1.1\r\nHost: a\r\nX-A: ')
    expect(statusOf((await client.ended).toString('latin1'))).toBe(408)
    clearInterval(drip)
    await neighbour.unharmed()
  })
  test('garbage behind an upgrade is read as frames and ends that connection alone', async () => {
    const { server, neighbour } = await start()
    for (const behind of ['GET /ws/chat%3Aa HTTP/1.1\r\n\r\n', '\0\0\0\0', 'x'.repeat(100_000), upgrade('/ws')]) {
      const client = new RawTcp(server.port)
      client.write(upgrade('/ws/chat%3Aa', { Authorization: `Bearer ${tokenOf(server.app, INTRUDER)}` }) + behind)
      expect((await client.ended).toString('latin1')).toMatch(/^HTTP\/1\.1 101/)
      await neighbour.unharmed()
    }
  })
  test('requests in a pipeline with garbage among them: what came before is answered, what follows is not', async () => {
    const { server, neighbour } = await start()
    const good = 'GET /ws HTTP/1.1\r\nHost: a\r\n\r\n'
    const client = new RawTcp(server.port)
    client.write(`${good}${good}rubbish\r\n\r\n${good}`)
    expect((await client.ended).toString('latin1').match(/HTTP\/1\.1 \d+/g)?.filter((status) => status.endsWith('426')).length ?? 0).toBeLessThanOrEqual(2)
    await neighbour.unharmed()
  })
})
