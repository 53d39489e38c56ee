import cookie from '@fastify/cookie'
import jwt from '@fastify/jwt'
import { describe, expect, test, vi } from 'vitest'
import type { FastifyRequest } from 'fastify'
import type { User } from '../src/index.js'
import { forgeToken, inSeconds } from './support/forged-token.js'
import { RawClient, type RawOptions } from './support/raw-client.js'
import { buildApp, SECRET, tokenOf } from './support/test-app.js'
import { startServer, type TestServer } from './support/test-server.js'

/** Who the server takes the client for; `null` when it is refused with 4001. */
async function userAt(server: TestServer, path: string, options: RawOptions): Promise<string | null> {
  const client = await new RawClient(`${server.url}${path}`, options).opened()
  const [first] = await Promise.race([client.next('welcome').then((frame) => [frame] as const), client.next('bye').then((frame) => [frame] as const)])
  if (first.type === 'welcome') return first.user
  expect(first).toMatchObject({ code: 4001, retry: 'refresh' })
  expect((await client.closed).code).toBe(4001)
  return null
}

describe('where a token is found', () => {
  test('as Authorization, whatever the case of Bearer', async () => {
    const server = await startServer()
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) expect(await userAt(server, '/ws', { headers: { authorization: `${scheme} ${tokenOf(server.app, 'ana')}` } })).toBe('ana')
  })
  test('as bearer. subprotocol, and as bearer64. for tokens with other characters', async () => {
    const server = await startServer({ authenticate: async (_, token) => (token === 'ä/b=c' ? { id: 'ana' } : null) }, { jwt: false })
    expect(await userAt(server, '/ws', { also: [`bearer64.${Buffer.from('ä/b=c').toString('base64url')}`] })).toBe('ana')
    const plain = await startServer()
    expect(await userAt(plain, '/ws', { also: [`bearer.${tokenOf(plain.app, 'ana')}`] })).toBe('ana')
  })
  test('as ?token=, unless queryToken is off', async () => {
    const on = await startServer()
    expect(await userAt(on, `/ws?token=${tokenOf(on.app, 'ana')}`, {})).toBe('ana')
    const off = await startServer({ queryToken: false })
    expect(await userAt(off, `/ws?token=${tokenOf(off.app, 'ana')}`, {})).toBeNull()
  })
  test('header before subprotocol before query', async () => {
    const server = await startServer()
    const token = (user: string): string => tokenOf(server.app, user)
    const all = { token: token('subprotocol'), headers: { authorization: `Bearer ${token('header')}` } }
    expect(await userAt(server, `/ws?token=${token('query')}`, all)).toBe('header')
    expect(await userAt(server, `/ws?token=${token('query')}`, { token: token('subprotocol') })).toBe('subprotocol')
  })
})

describe('a cookie of @fastify/jwt', () => {
  const withCookie = (signed = false) => startServer({}, {
    jwt: { secret: SECRET, cookie: { cookieName: 'session', signed } },
    before: async (app) => { await app.register(cookie, { secret: 'a secret for signing cookies' }) },
  })

  test('counts with the host\'s own Origin, or with none and Sec-Fetch-Site: same-origin', async () => {
    const server = await withCookie()
    const session = `session=${tokenOf(server.app, 'ana')}`
    expect(await userAt(server, '/ws', { headers: { cookie: session, origin: `http://127.0.0.1:${server.port}` } })).toBe('ana')
    expect(await userAt(server, '/ws', { headers: { cookie: session, 'sec-fetch-site': 'same-origin' } })).toBe('ana')
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'none' }]) expect(await userAt(server, '/ws', { headers: { cookie: session, ...headers } })).toBeNull()
  })
  test('never replaces an explicit token', async () => {
    const server = await withCookie()
    const headers = { cookie: `session=${tokenOf(server.app, 'ana')}`, 'sec-fetch-site': 'same-origin' }
    expect(await userAt(server, '/ws', { headers, token: tokenOf(server.app, 'bo') })).toBe('bo')
    expect(await userAt(server, '/ws', { headers, token: 'rubbish' })).toBeNull()
    const own = tokenOf(server.app, 'bo')
    for (const authorization of [`Bearer ${own} x`, `Bearer ${own}, Bearer ${own}`]) expect(await userAt(server, '/ws', { headers: { ...headers, authorization } })).toBeNull()
    expect(await userAt(server, `/ws?token=${own}&token=${own}`, { headers })).toBeNull()
  })
  test('is unsigned first where cookies are signed', async () => {
    const server = await withCookie(true)
    const token = tokenOf(server.app, 'ana')
    const headers = (value: string) => ({ cookie: `session=${encodeURIComponent(value)}`, 'sec-fetch-site': 'same-origin' })
    expect(await userAt(server, '/ws', { headers: headers(server.app.signCookie(token)) })).toBe('ana')
    for (const value of [token, `${server.app.signCookie(token)}x`]) expect(await userAt(server, '/ws', { headers: headers(value) })).toBeNull()
  })
})

describe('what @fastify/jwt lets through or answers otherwise is refused with 4001', () => {
  const sub = 'ana'
  const faults: [string, () => string | undefined][] = [
    ['14: no token at all', () => undefined],
    ['text that is no token', () => 'rubbish'],
    ['another key', () => forgeToken({ sub, exp: inSeconds(60) }, { secret: 'another key that is long enough too' })],
    ['alg none', () => forgeToken({ sub, exp: inSeconds(60) }, { header: { alg: 'none', typ: 'JWT' }, secret: null })],
    ['alg none in other letters', () => forgeToken({ sub, exp: inSeconds(60) }, { header: { alg: 'NoNe', typ: 'JWT' }, secret: null })],
    ['a signature that was cut off', () => forgeToken({ sub, exp: inSeconds(60) }, { secret: null })],
    ['expired', () => forgeToken({ sub, exp: inSeconds(-1) })],
    ['14: nbf in the future', () => forgeToken({ sub, exp: inSeconds(60), nbf: inSeconds(30) })],
    ['14: exp as a string', () => forgeToken({ sub, exp: String(inSeconds(60)) })],
    ['exp that is no date', () => forgeToken({ sub, exp: Number.MAX_VALUE })],
    ['15: no exp', () => forgeToken({ sub })],
    ['15: no sub', () => forgeToken({ exp: inSeconds(60) })],
    ['15: an object as sub', () => forgeToken({ sub: { id: 'ana' }, exp: inSeconds(60) })],
    ['a number as sub', () => forgeToken({ sub: 7, exp: inSeconds(60) })],
    ['15: an empty sub', () => forgeToken({ sub: '', exp: inSeconds(60) })],
    ['half a surrogate pair in sub', () => forgeToken({ sub: 'ana\ud800', exp: inSeconds(60) })],
    ['15: a sub of 129 bytes', () => forgeToken({ sub: 'é'.repeat(64) + 'x', exp: inSeconds(60) })],
  ]
  test.each(faults)('%s', async (_, token) => {
    const server = await startServer()
    const given = token()
    expect(await userAt(server, '/ws/lobby', given === undefined ? {} : { token: given })).toBeNull()
  })
  test('a sub of 128 bytes is one', async () => {
    const server = await startServer()
    expect(await userAt(server, '/ws', { token: forgeToken({ sub: 'é'.repeat(64), exp: inSeconds(60) }) })).toBe('é'.repeat(64))
  })
  test('a claim that looks like the token of somebody else, also where complete tokens are decoded', async () => {
    for (const complete of [false, true]) {
      const server = await startServer({}, { jwt: { secret: SECRET, decode: { complete } } })
      expect(await userAt(server, '/ws', { token: forgeToken({ sub, exp: inSeconds(60), header: {}, payload: { sub: 'root', exp: inSeconds(60) }, signature: 'x', input: 'x' }) })).toBe('ana')
    }
  })
  test('14: an algorithm that is not among the allowed ones', async () => {
    const server = await startServer({}, { jwt: { secret: SECRET, verify: { algorithms: ['HS512'] } } })
    expect(await userAt(server, '/ws', { token: forgeToken({ sub, exp: inSeconds(60) }) })).toBeNull()
  })
  test('15: a wrong aud or iss, where the application allows certain ones', async () => {
    const server = await startServer({}, { jwt: { secret: SECRET, verify: { allowedAud: 'rooms', allowedIss: 'us' } } })
    const exp = inSeconds(60)
    expect(await userAt(server, '/ws', { token: forgeToken({ sub, exp, aud: 'rooms', iss: 'us' }) })).toBe('ana')
    for (const wrong of [{ aud: 'other', iss: 'us' }, { aud: 'rooms', iss: 'them' }]) expect(await userAt(server, '/ws', { token: forgeToken({ sub, exp, ...wrong }) })).toBeNull()
  })
})

describe('jwt options', () => {
  test('10d: a namespace of @fastify/jwt, whose request decorator has another name', async () => {
    const server = await startServer({ jwt: { namespace: 'people' } }, { jwt: { secret: SECRET, namespace: 'people' } })
    expect(await userAt(server, '/ws', { token: forgeToken({ sub: 'ana', exp: inSeconds(60) }) })).toBe('ana')
    expect(await userAt(server, '/ws', { token: forgeToken({ sub: 'ana', exp: inSeconds(60) }, { secret: 'another key that is long enough too' }) })).toBeNull()
  })
  test('a decorator of another name still, which jwt.verify names: the trusted callback is asked', async () => {
    const server = await startServer({ jwt: { namespace: 'people', verify: 'peopleVerify' } }, { jwt: { secret: SECRET, namespace: 'people', jwtVerify: 'peopleVerify', trusted: (_, { jti }) => jti !== 'revoked' } })
    expect(await userAt(server, '/ws', { token: forgeToken({ sub: 'ana', exp: inSeconds(60) }) })).toBe('ana')
    expect(await userAt(server, '/ws', { token: forgeToken({ sub: 'ana', jti: 'revoked', exp: inSeconds(60) }) })).toBeNull()
  })
  test('of two namespaces, only the one named signs in', async () => {
    const other = 'the secret of the other namespace'
    const server = await startServer({ jwt: { namespace: 'people' } }, {
      jwt: { secret: SECRET, namespace: 'people' },
      before: async (app) => { await app.register(jwt, { secret: other, namespace: 'machines' }) },
    })
    expect(await userAt(server, '/ws', { token: forgeToken({ sub: 'ana', exp: inSeconds(60) }, { secret: other }) })).toBeNull()
  })
  test('user makes id and info of the claims; claims never leave the server', async () => {
    const seen: User[] = []
    const server = await startServer({ jwt: { user: ({ uid, name }) => ({ id: uid as string, info: { name } }) } }, { after: (app) => app.rooms.addHook('onConnect', ({ user }) => { seen.push(user) }) })
    const client = await new RawClient(`${server.url}/ws/lobby`, { token: forgeToken({ uid: 'ana', name: 'Ana', secret: 'sesame', exp: inSeconds(60) }) }).opened()
    expect((await client.next('joined')).members).toMatchObject([{ user: 'ana', info: { name: 'Ana' } }])
    expect(client.messages.join()).not.toContain('sesame')
    expect(seen[0]).toMatchObject({ id: 'ana', claims: { secret: 'sesame' }, expiresAt: expect.any(Number) })
  })
  test('16: a token that the trusted callback has revoked is refused, at the upgrade and in an auth frame', async () => {
    const revoked = new Set<string>()
    const server = await startServer({}, { jwt: { secret: SECRET, trusted: (_, { jti }) => !revoked.has(String(jti)) } })
    const token = (jti: string): string => forgeToken({ sub: 'ana', jti, exp: inSeconds(60) })
    revoked.add('old')
    expect(await userAt(server, '/ws', { token: token('old') })).toBeNull()
    const client = await new RawClient(`${server.url}/ws`, { token: token('new') }).opened()
    client.send({ type: 'auth', token: token('old') })
    expect(await client.next('bye')).toMatchObject({ code: 4001, retry: 'refresh' })
  })
})

describe('authenticate', () => {
  test('gets the request and the token, or null, and needs no @fastify/jwt', async () => {
    const authenticate = vi.fn<(request: FastifyRequest, token: string | null) => Promise<User | null>>().mockImplementation(async (request, token) => (token === null ? null : { id: `${token}@${request.headers['x-tenant'] as string}`, info: 'i' }))
    const server = await startServer({ authenticate }, { jwt: false })
    expect(await userAt(server, '/ws', {})).toBeNull()
    expect(await userAt(server, '/ws', { token: 'ana', headers: { 'x-tenant': 'acme' } })).toBe('ana@acme')
    expect(authenticate.mock.calls.map(([, token]) => token)).toEqual([null, 'ana'])
  })
  test.each<[string, unknown]>([['undefined', undefined], ['no id', {}], ['a number as id', { id: 7 }], ['an empty id', { id: '' }], ['an id over 128 bytes', { id: 'x'.repeat(129) }], ['expiresAt that is no time', { id: 'ana', expiresAt: Number.NaN }], ['text', 'ana']])('a user with %s is refused', async (_, user) => {
    const server = await startServer({ authenticate: async () => user as User }, { jwt: false })
    expect(await userAt(server, '/ws', { token: 'x' })).toBeNull()
  })
  test('without it and without @fastify/jwt the boot fails and says so', async () => {
    await expect(buildApp({}, { jwt: false })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining('register @fastify/jwt before fastify-rooms, or pass authenticate') })
    await expect(buildApp({ jwt: { namespace: 'people' } })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining("no namespace 'people'") })
  })
})

describe('auth frames', () => {
  test('renew the session: ack with the new expiresAt', async () => {
    const server = await startServer()
    const client = await server.connect('ana')
    const exp = inSeconds(7_200)
    client.send({ type: 'auth', token: forgeToken({ sub: 'ana', exp }), id: 'a-1' })
    expect(await client.next('ack')).toEqual({ type: 'ack', id: 'a-1', result: { expiresAt: exp * 1_000 } })
  })
  test('are taken one after the other: the newest token decides, though an older one took longer', async () => {
    let answer = (_user: User): void => {}
    const late = new Promise<User>((resolve) => { answer = resolve })
    const server = await startServer({ authenticate: async (_, token) => (token === 'older' ? late : { id: 'ana', expiresAt: Date.now() + 60_000 }) }, { jwt: false })
    const client = await server.connect('x')
    client.send({ type: 'auth', token: 'older', id: 'older' }, { type: 'auth', token: 'newer', id: 'newer' })
    await client.settled()
    answer({ id: 'ana', expiresAt: Date.now() + 30_000 })
    expect([await client.next('ack'), await client.next('ack')]).toMatchObject([{ id: 'older' }, { id: 'newer' }])
  })
  test('without an id are not answered, yet count', async () => {
    const users: User[] = [{ id: 'ana', expiresAt: Date.now() + 300 }, { id: 'ana' }]
    const server = await startServer({ pingMs: 50, authenticate: async () => users.shift()! }, { jwt: false })
    const client = await server.connect('x')
    client.send({ type: 'auth', token: 'y' })
    await client.settled()
    expect(client.ofType('ack')).toEqual([])
    while (Date.now() < client.ofType('welcome')[0]!.expiresAt! + 50) await client.next('ping')
    expect(client.ofType('bye')).toEqual([])
  })
  test.each([['that is not valid', () => 'rubbish'], ['of another user', () => forgeToken({ sub: 'bo', exp: inSeconds(60) })], ['that is expired', () => forgeToken({ sub: 'ana', exp: inSeconds(-1) })]])('with a token %s end the connection with 4001', async (_, token) => {
    const server = await startServer()
    const client = await server.join('ana', 'lobby')
    client.send({ type: 'auth', token: token(), id: 'a-1' })
    expect(await client.next('bye')).toMatchObject({ code: 4001, retry: 'refresh' })
    expect((await client.closed).code).toBe(4001)
    expect(client.ofType('ack')).toEqual([])
  })
})
