import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
beforeAll(async () => { demo = await startDemo({ sessionMs: 60_000 }) })
afterAll(() => demo.close())

const me = (token?: string) => demo.app.inject({ url: '/api/orders', headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

describe('signing in', () => {
  test('lists who can', async () => {
    const response = await demo.app.inject('/api/users')
    expect(response.json()).toEqual([
      { id: 'ana', name: 'Ana', role: 'customer' },
      { id: 'bo', name: 'Bo', role: 'customer' },
      { id: 'cleo', name: 'Cleo', role: 'customer' },
      { id: 'sam', name: 'Sam', role: 'staff' },
    ])
  })

  test('answers a token that names the person, their role and its end', async () => {
    const before = Date.now()
    const response = await demo.app.inject({ method: 'POST', url: '/api/session', body: { user: 'sam' } })
    const { token, user, expiresAt } = response.json()
    expect(user).toEqual({ id: 'sam', name: 'Sam', role: 'staff' })
    expect(expiresAt).toBeGreaterThan(before + 58_000)
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 60_000)
    expect(demo.app.jwt.decode(token)).toMatchObject({ sub: 'sam', name: 'Sam', role: 'staff', exp: expiresAt / 1000 })
    expect((await me(token)).statusCode).toBe(200)
  })

  test('refuses a stranger and says where the names stand', async () => {
    const response = await demo.app.inject({ method: 'POST', url: '/api/session', body: { user: 'eve' } })
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ code: 'user_unknown', detail: expect.stringContaining('GET /api/users') })
  })

  test('names what is missing in the body', async () => {
    const response = await demo.app.inject({ method: 'POST', url: '/api/session', body: {} })
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ code: 'invalid_data', issues: [{ path: 'user', message: expect.any(String) }] })
  })
})

describe('a route that needs a person', () => {
  const claims = { sub: 'ana', name: 'Ana', role: 'customer' as const }
  const now = () => Math.floor(Date.now() / 1000)
  const unsigned = (payload: object) => [{ alg: 'none', typ: 'JWT' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.'

  test.each([
    ['no token', () => undefined],
    ['rubbish', () => 'rubbish'],
    ['a token of another key', () => demo.app.jwt.sign({ ...claims, exp: now() + 60 }, { key: 'another secret, which is long enough too' })],
    ['an expired token', () => demo.app.jwt.sign({ ...claims, exp: now() - 60 })],
    ['a token of the future', () => demo.app.jwt.sign({ ...claims, exp: now() + 60 }, { notBefore: '1h' })],
    ['an unsigned token', () => unsigned({ ...claims, exp: now() + 60 })],
  ])('answers 401 to %s', async (_, token) => {
    const response = await me(token())
    expect(response.statusCode).toBe(401)
    expect(response.json()).toMatchObject({ code: 'unauthorized', detail: expect.stringContaining('/api/session') })
  })
})
