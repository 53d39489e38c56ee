import { describe, expect, test } from 'vitest'
import type { RoomsOptions } from '../src/index.js'
import { RawClient, refusedUpgrade } from './support/raw-client.js'
import { buildApp, SECRET, tokenOf } from './support/test-app.js'
import { startServer } from './support/test-server.js'
import type { AppSetup } from './support/test-app.js'

/** Whether a page of this origin gets in: `true`, or the status of the refusal. */
async function comesIn(headers: Record<string, string>, options: RoomsOptions = {}, setup: AppSetup = {}): Promise<true | number> {
  const server = await startServer(options, setup)
  const fit = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(server.port))]))
  const client = new RawClient(`${server.url}/ws`, { token: tokenOf(server.app, 'ana'), headers: fit })
  try {
    await client.opened()
  } catch {
    return (await refusedUpgrade(`${server.url}/ws`, { headers: fit })).status
  }
  await client.next('welcome')
  return true
}

describe('without option origins', () => {
  test.each(['http://127.0.0.1:PORT', 'https://127.0.0.1:PORT'])('the host\'s own pages come in: %s', async (origin) => {
    expect(await comesIn({ origin })).toBe(true)
  })
  test('clients that are no page come in: no Origin', async () => {
    expect(await comesIn({})).toBe(true)
  })
  test.each(['null', 'https://evil.example', 'http://127.0.0.1', 'http://127.0.0.1:1', 'http://localhost:PORT', 'http://127.0.0.1:PORT.evil.example', 'http://127.0.0.1:PORT@evil.example', 'rubbish', ''])('others are 403: %j', async (origin) => {
    expect(await comesIn({ origin })).toBe(403)
  })
  test('behind a proxy that ends TLS, default ports compare equal', async () => {
    expect(await comesIn({ origin: 'https://shop.example', host: 'shop.example' })).toBe(true)
    expect(await comesIn({ origin: 'https://shop.example', host: 'shop.example:443' })).toBe(true)
    expect(await comesIn({ origin: 'https://shop.example:8443', host: 'shop.example' })).toBe(403)
  })
  test('X-Forwarded-Host counts only where the application trusts its proxy', async () => {
    const headers = { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' }
    expect(await comesIn(headers)).toBe(403)
    expect(await comesIn(headers, {}, { server: { trustProxy: true } })).toBe(true)
  })
})

describe('with a list of origins', () => {
  const origins = ['https://app.example.com']
  test('exactly those come in', async () => {
    expect(await comesIn({ origin: 'https://app.example.com' }, { origins })).toBe(true)
    for (const origin of ['https://app.example.com.evil.example', 'http://app.example.com', 'https://APP.example.com', 'https://app.example.com:444', 'https://sub.app.example.com', 'null', 'http://127.0.0.1:PORT']) expect(await comesIn({ origin }, { origins })).toBe(403)
  })
})

describe("with '*'", () => {
  test('every page comes in', async () => {
    expect(await comesIn({ origin: 'https://anybody.example' }, { origins: '*' })).toBe(true)
  })
  test('together with a cookie of @fastify/jwt the boot fails', async () => {
    await expect(buildApp({ origins: '*' }, { jwt: { secret: SECRET, cookie: { cookieName: 'session', signed: false } } })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining('list the origins') })
  })
})

test('a refused origin is told to the operator, once', async () => {
  const lines: { origin?: string }[] = []
  const server = await startServer({}, { server: { logger: { level: 'warn', stream: { write: (line: string) => { lines.push(JSON.parse(line) as { origin?: string }) } } } } })
  for (let n = 0; n < 3; n++) await server.app.inject({ method: 'POST', url: '/rooms/lobby', headers: { origin: 'https://shop.example', 'content-type': 'application/json' }, payload: '{}' })
  expect(lines.filter(({ origin }) => origin === 'https://shop.example')).toHaveLength(1)
})
