// @vitest-environment happy-dom
import { UnauthorizedError } from 'react-rooms'
import { beforeEach, expect, test, vi } from 'vitest'
import { createApi } from '../src/lib/api.js'
import { tokenOf } from '../src/lib/live.js'
import { createRenewal } from '../src/lib/renewal.js'
import { createSessionStore, type SessionStore } from '../src/lib/session.js'

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
const { signal } = new AbortController()

let session: SessionStore
/** The tokens that the server takes; each sign-in makes one more. */
let taken: Set<string>
let signIn: () => Response | Promise<Response>
const asked = vi.fn<(call: string, bearer: string | null) => void>()

/** A window whose session holds `token-0`, which the server takes no longer. */
function open() {
  const fetch = vi.fn(async (input: unknown, init: RequestInit = {}) => {
    const bearer = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? null
    asked(`${init.method} ${String(input)}`, bearer)
    if (input === '/api/session') return signIn()
    return bearer !== null && taken.has(bearer) ? json(200, []) : json(401, { detail: 'Sign in first.' })
  })
  const token = () => {
    const now = session.get()
    return now.state === 'signed-in' ? now.token : null
  }
  const api = createApi({ fetch: fetch as typeof globalThis.fetch, token, renew: (refused) => renew(refused), onRefused: () => session.signOut('refused') })
  const renew = createRenewal(session, api.signIn)
  return { api, getToken: tokenOf(session, renew) }
}
const calls = (name: string) => asked.mock.calls.filter(([call]) => call === name).length

beforeEach(() => {
  asked.mockReset()
  session = createSessionStore('test', sessionStorage)
  session.signIn('token-0', { id: 'ana', name: 'Ana', role: 'customer' })
  taken = new Set()
  signIn = () => {
    const made = `token-${taken.size + 1}`
    taken.add(made)
    return json(200, { token: made })
  }
})

test('a token that the socket refuses is replaced, and nobody is signed out', async () => {
  const { getToken } = open()
  expect(await getToken({ reason: 'reconnect', signal })).toBe('token-0')
  expect(await getToken({ reason: 'refused', signal })).toBe('token-1')
  expect(session.get()).toMatchObject({ state: 'signed-in', token: 'token-1', person: { id: 'ana' } })
})

test('a token that REST refuses is replaced, the request is made again with the new one, and once for all that were refused together', async () => {
  const { api } = open()
  await Promise.all([api.orders(signal), api.pantry(signal)])
  expect([calls('GET /api/orders'), calls('GET /api/pantry'), calls('POST /api/session')]).toEqual([2, 2, 1])
  expect(session.get()).toMatchObject({ state: 'signed-in', token: 'token-1' })
})

test('what REST renewed, the socket need not renew again', async () => {
  const { api, getToken } = open()
  await getToken({ reason: 'initial', signal })
  await api.orders(signal)
  expect(await getToken({ reason: 'refused', signal })).toBe('token-1')
  expect(calls('POST /api/session')).toBe(1)
})

test('a sign-in that cannot be reached or is out of order ends nothing: it is for the client to try again', async () => {
  const { api, getToken } = open()
  for (const failure of [() => Promise.reject(new TypeError('Failed to fetch')), () => json(503, {})]) {
    signIn = failure
    await expect(getToken({ reason: 'refused', signal })).rejects.toMatchObject({ name: 'ApiError' })
    await expect(api.orders(signal)).rejects.toMatchObject({ name: 'ApiError' })
  }
  expect(session.get()).toMatchObject({ state: 'signed-in', token: 'token-0' })
})

test('a sign-in that says who this was may not any more signs out and stops the client', async () => {
  const { api, getToken } = open()
  signIn = () => json(404, { detail: 'There is nobody called "ana".' })
  await expect(getToken({ reason: 'refused', signal })).rejects.toBeInstanceOf(UnauthorizedError)
  expect(session.get()).toEqual({ state: 'signed-out', why: 'refused' })
  await expect(api.orders(signal)).rejects.toMatchObject({ status: 401 })
  expect(calls('POST /api/session')).toBe(1)
})

test('a new token that is refused as well signs out', async () => {
  const { api } = open()
  signIn = () => json(200, { token: 'nobody takes this' })
  await expect(api.orders(signal)).rejects.toMatchObject({ status: 401 })
  expect([calls('GET /api/orders'), calls('POST /api/session'), session.get()]).toEqual([2, 1, { state: 'signed-out', why: 'refused' }])
})

test('who signed in as somebody else meanwhile keeps that session', async () => {
  const { getToken } = open()
  signIn = () => {
    session.signOut('left')
    session.signIn('bo-0', { id: 'bo', name: 'Bo', role: 'customer' })
    return json(200, { token: 'token-1' })
  }
  await expect(getToken({ reason: 'refused', signal })).rejects.toBeInstanceOf(UnauthorizedError)
  expect(session.get()).toMatchObject({ state: 'signed-in', token: 'bo-0', person: { id: 'bo' } })
})
