// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FakeStreams } from './fake-streams.js'
import { acted } from './render.js'
import { useRoomsStage } from './rooms-stage.js'
import { NOTHING_YET, WholeApp } from './whole-app.js'

const stage = useRoomsStage()
const errors = vi.fn()
let root: Root | undefined

beforeEach(() => {
  // React tells of a mismatch here.
  vi.spyOn(console, 'error').mockImplementation(errors)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  vi.restoreAllMocks()
  errors.mockReset()
})

/** Puts the page a server rendered in place, and hydrates it. */
async function hydrate(staged: ReturnType<typeof stage>) {
  const streams = new FakeStreams()
  staged.rooms.room('chat:1').grant({ publish: ['message'] })
  const app = <StrictMode><WholeApp client={staged.client} fetch={streams.fetch} poll={async () => 'jobs'} /></StrictMode>
  const container = document.createElement('div')
  container.innerHTML = renderToString(app)
  expect(container.textContent).toBe(NOTHING_YET)
  const [paragraph] = container.children
  await act(async () => { root = hydrateRoot(container, app, { onRecoverableError: errors }) })
  await acted()
  await acted(() => streams.request.open())
  expect(container.children[0]).toBe(paragraph)
  return { container, streams }
}

it('a page that a server rendered comes alive without a mismatch', async () => {
  const staged = stage()
  const { container } = await hydrate(staged)
  expect(container.textContent).toBe('live connected websocket message ana true {"status":"here"} 0 - true jobs false')
  expect([errors.mock.calls, staged.rooms.opened, staged.rooms.received('join').length]).toEqual([[], 1, 1])
})

it('does so too when its client is live already', async () => {
  const staged = stage()
  staged.rooms.room('chat:1').grant({ publish: ['message'] })
  staged.client.retain('chat:1')
  await acted()
  expect(staged.client.connection().status).toBe('connected')
  const { container } = await hydrate(staged)
  expect(container.textContent).toMatch(/^live connected websocket message ana true/)
  expect([errors.mock.calls, staged.rooms.opened]).toEqual([[], 1])
})

it('a mismatch would be noticed', async () => {
  const container = document.createElement('div')
  container.innerHTML = '<p>served</p>'
  await act(async () => { root = hydrateRoot(container, <p>hydrated</p>, { onRecoverableError: errors }) })
  expect(errors).toHaveBeenCalled()
})
