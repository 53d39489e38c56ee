import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
let webRoot: string
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'demo-web-'))
  await mkdir(join(webRoot, 'assets'))
  await writeFile(join(webRoot, 'index.html'), '<title>the page</title>')
  await writeFile(join(webRoot, 'assets', 'main-4f2a.js'), 'export {}')
  demo = await startDemo({ webRoot })
})
afterAll(async () => {
  await demo.close()
  await rm(webRoot, { recursive: true })
})

const browse = (url: string) => demo.app.inject({ url, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })

describe('the web app', () => {
  test.each(['/', '/orders', '/chat/lobby?pane'])('answers its page at %s, never from a stale cache', async (url) => {
    const response = await browse(url)
    expect(response.statusCode).toBe(200)
    expect(response.body).toContain('the page')
    expect(response.headers['cache-control']).toBe('no-cache')
  })

  test('answers files named by their content for ever', async () => {
    const response = await demo.app.inject('/assets/main-4f2a.js')
    expect(response.headers['content-type']).toContain('javascript')
    expect(response.headers['cache-control']).toContain('immutable')
  })

  test('does not answer its page for a missing file or API route', async () => {
    const answers = await Promise.all([demo.app.inject('/assets/gone.js'), browse('/api/nothing?token=x'), demo.app.inject({ method: 'POST', url: '//' })])
    expect(answers.map((answer) => answer.statusCode)).toEqual([404, 404, 404])
    expect(answers[1]?.json()).toEqual({ status: 404, title: 'Not Found', code: 'not_found', detail: 'Nothing answers GET /api/nothing.' })
  })
})

describe('beside it', () => {
  test('health answers while the database does', async () => {
    expect((await demo.app.inject('/healthz')).json()).toEqual({ status: 'ok' })
  })

  test('the OpenAPI page describes every route', async () => {
    expect((await browse('/docs')).body).toContain('swagger-ui')
    const document = (await demo.app.inject('/docs/json')).json()
    expect(Object.keys(document.paths).filter((path) => path.startsWith('/api')).sort()).toEqual([
      '/api/chats',
      '/api/chats/{id}/messages',
      '/api/lab/burst',
      '/api/orders',
      '/api/orders/{id}',
      '/api/orders/{id}/status',
      '/api/pantry',
      '/api/pantry/{id}',
      '/api/session',
      '/api/todos/{list}',
      '/api/todos/{list}/{id}',
      '/api/users',
    ])
    expect(document.paths['/api/orders/{id}/status'].post).toMatchObject({
      security: [{ session: [] }],
      requestBody: { content: { 'application/json': { schema: { properties: { status: { enum: ['new', 'paid', 'shipped', 'delivered', 'cancelled'] } } } } } },
    })
  })

  test('what breaks inside answers 500 without its reason', async () => {
    const broken = await startDemo()
    Object.assign(broken.app.db, { select: () => { throw new Error('the password is secret') } })
    const response = await broken.app.inject('/api/users')
    await broken.close()
    expect(response.json()).toEqual({ status: 500, title: 'Internal Server Error', code: 'internal', detail: 'Something went wrong on the server.' })
  })
})
