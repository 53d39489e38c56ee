import { describe, expect, test } from 'vitest'
import { redactUrl } from '../src/redact.js'
import { RawTcp } from './bad-input/raw-tcp.js'
import { logLines } from './support/log-lines.js'
import { RawClient } from './support/raw-client.js'
import { tokenOf } from './support/test-app.js'
import { startServer } from './support/test-server.js'

const SESAME = 'open.sesame.42'

describe('9: with a log at level trace, no token stands in any line', () => {
  const paths = {
    'a room': '/ws/lobby?token=', 'no room': '/ws?v=1&token=', 'a name that is escaped': '/ws?tok%65n=', 'a second one': '/ws?token=x&token=', 'a bad room name': '/ws/*?token=', 'a path that no route has': '/nothing?token=',
    'another case': '/WS?token=', 'another prefix': '/api/ws/lobby?token=', 'a plain route': '/plain?token=', 'a position before it': '/ws/lobby?position=e:1:aaaaaaaa&token=',
  }
  test.each(Object.entries(paths))('of an upgrade or a GET at %s', async (_, path) => {
    const log = logLines()
    const server = await startServer({}, { server: log.server, after: (app) => { app.get('/plain', async () => 'plain') } })
    const client = new RawClient(`${server.url}${path}${SESAME}`)
    client.socket.on('error', () => {})
    await client.closed
    await server.app.inject(`${path}${SESAME}`)
    await server.app.close()
    expect(log.text()).toContain('incoming request')
    expect(log.text()).not.toContain(SESAME)
  })
  test('of a request that Node could not read, whose bytes hang on the error', async () => {
    const log = logLines()
    const server = await startServer({}, { server: log.server })
    const client = new RawTcp(server.port)
    client.write(`GET /ws/lobby HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${SESAME}\r\nno header\r\n\r\n`)
    await client.ended
    const told = log.lines().filter(({ msg }) => msg === 'client error')
    expect(told).toHaveLength(1)
    expect(told[0]!['err']).not.toHaveProperty('rawPacket')
  })
  test('of a plugin below a parent\'s prefix', async () => {
    const log = logLines()
    const server = await startServer({ prefix: '/live' }, { server: log.server })
    const client = new RawClient(`${server.url}/live/ws?token=${SESAME}`)
    await client.closed
    await server.app.close()
    expect(log.text()).not.toContain(SESAME)
  })
  test('of a session that used all of header, subprotocol and auth frame, with its payloads', async () => {
    const log = logLines()
    const server = await startServer({}, { server: log.server, after: (app) => app.rooms.handle('lobby', 'fails', () => { throw new Error('a handler failed') }) })
    const token = tokenOf(server.app, 'ana')
    const client = await new RawClient(`${server.url}/ws/lobby`, { token, headers: { authorization: `Bearer ${token}`, cookie: `session=${SESAME}` } }).opened()
    await client.next('joined')
    client.send({ type: 'auth', token, id: 'a' })
    await client.next('ack')
    for (const event of ['note', 'fails']) await client.publish(event, { secret: SESAME })
    client.send({ type: 'signal', signal: 's', data: SESAME }, `{"type":"publish","event":"note","data":"${SESAME}`, { type: 'auth', token: `${token}x` })
    await client.closed
    await server.app.rooms.send('lobby', 'note', { secret: SESAME, big: 'x'.repeat(70_000) }).catch(() => {})
    await server.app.close()
    expect(log.text()).toContain('a handler failed')
    expect(log.text()).not.toContain(token)
    expect(log.text()).not.toContain(SESAME)
  })
})

describe('what the application sees', () => {
  test('a plain route still gets its own token from the query and the URL', async () => {
    const server = await startServer({}, { server: logLines().server, after: (app) => { app.get('/plain', async (request) => ({ url: request.url, query: request.query })) } })
    expect((await server.app.inject('/plain?token=abc')).json()).toEqual({ url: '/plain?token=abc', query: { token: 'abc' } })
  })
  test('its own serializer of requests is kept', async () => {
    const log = logLines()
    const server = await startServer({}, { server: { logger: { ...(log.server.logger as object), serializers: { req: ({ method, url }: { method: string; url: string }) => ({ mine: method, url }) } } } })
    await server.app.inject('/ws?token=abc')
    expect(log.lines().filter(({ msg }) => msg === 'incoming request')).toMatchObject([{ req: { mine: 'GET', url: '/ws?token=[redacted]' } }])
  })
})

describe('redactUrl', () => {
  test.each([
    ['/ws', '/ws'],
    ['/ws?a=1', '/ws?a=1'],
    ['/ws?token=x', '/ws?token=[redacted]'],
    ['/ws?token', '/ws?token=[redacted]'],
    ['/ws?a=1&token=x&b=2', '/ws?a=1&token=[redacted]&b=2'],
    ['/ws?mytoken=x&tokens=y', '/ws?mytoken=x&tokens=y'],
    ['/ws?%74oken=x&%zz=1', '/ws?token=[redacted]&%zz=1'],
    ['/ws#token=x&a=1', '/ws#token=[redacted]&a=1'],
    ['/ws;token=x;y?a=1', '/ws;token=[redacted]'],
    ['/ws;a=1?b=2;token=x&a=1', '/ws;a=1?b=2;token=[redacted]&a=1'],
    ['/ws?Token=x&token[]=y&+token=z', '/ws?token=[redacted]&token=[redacted]&token=[redacted]'],
    ['/token/x?a=1', '/token/x?a=1'],
  ])('%s becomes %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted)
  })
})
