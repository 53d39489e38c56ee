import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createRoomsClient, type WebSocketConstructor } from 'react-rooms/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type {} from '../server/contract.js'

const folder = fileURLToPath(new URL('..', import.meta.url))
let server: ChildProcess
let url = ''
let token = ''

beforeAll(async () => {
  server = spawn(`${folder}node_modules/.bin/tsx`, ['server/server.ts'], { cwd: folder, env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(server.stdout!.setEncoding('utf8'), 'data') as [string]
  url = line.trim()
  token = (await (await fetch(`${url}/api/session`, { method: 'POST' })).json() as { token: string }).token
})
afterAll(async () => {
  server.kill()
  await once(server, 'exit')
})

const setStatus = (status: string) => fetch(`${url}/api/orders/1/status`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ status }),
})

it('shows a changed order to a plain WebSocket client', async () => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/user:ana?token=${token}`)
  const event = new Promise((resolve) => {
    socket.on('message', (text) => {
      const frame = JSON.parse(String(text)) as { type: string }
      if (frame.type === 'joined') void setStatus('paid')
      if (frame.type === 'event') resolve(frame)
    })
  })
  expect(await event).toMatchObject({ event: 'order.updated', data: { id: '1', item: 'Soup', status: 'paid' } })
  socket.terminate()
})

it('shows a changed order to the client, without React', async () => {
  const client = createRoomsClient({ url, getToken: () => token, WebSocket: WebSocket as unknown as WebSocketConstructor })
  const orders = client.room('user:ana')
  const status = new Promise<string>((resolve) => { orders.on('order.updated', (order) => resolve(order.status)) })
  orders.subscribe(() => { if (orders.status() === 'live') void setStatus('shipped') })
  expect(await status).toBe('shipped')
  await client.close()
})
