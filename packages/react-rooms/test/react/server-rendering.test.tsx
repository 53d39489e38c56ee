import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { createRoomsClient } from '../../src/index.js'
import { NOTHING_YET, WholeApp } from './whole-app.js'

it('every entry can be imported where there is no page', async () => {
  expect([typeof window, typeof document, typeof WebSocket]).toEqual(['undefined', 'undefined', 'undefined'])
  const [hooks, client, query] = await Promise.all([import('../../src/index.js'), import('../../src/client/index.js'), import('../../src/query/index.js')])
  expect([typeof hooks.useRoom, typeof client.createRoomsClient, typeof query.useRoomQuery]).toEqual(['function', 'function', 'function'])
})

it('a server renders every hook, and opens, asks and plans nothing', async () => {
  vi.useFakeTimers()
  const opened = vi.fn()
  const client = createRoomsClient({ url: 'https://example.test', getToken: opened, WebSocket: opened as never })
  const html = renderToString(<WholeApp client={client} fetch={opened} poll={opened} heard={opened} />)
  expect(html).toBe(`<p>${NOTHING_YET.replaceAll('"', '&quot;')}<input/></p>`)
  await vi.runAllTimersAsync()
  expect([opened.mock.calls.length, vi.getTimerCount(), client.connection().status]).toEqual([0, 0, 'idle'])
  vi.useRealTimers()
})
