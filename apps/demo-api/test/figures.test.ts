import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Figures } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
beforeAll(async () => { demo = await startDemo() })
afterAll(() => demo.close())

test('whoever begins to watch is told at once, and again when something changed', async () => {
  const sam = await demo.join('sam', 'figures')
  const next = async () => (await sam.next('figures')).data as Figures
  const first = await next()
  expect(first).toMatchObject({ orders: { new: 2, paid: 1, shipped: 1, delivered: 1, cancelled: 1 }, peopleOnline: 0 })
  await demo.ask('ana', '/api/orders', { method: 'POST', body: { item: 'Scale', quantity: 1 } })
  await demo.join('ana', 'shop')
  const heard = [first]
  while (heard.at(-1)?.peopleOnline !== 1 || heard.at(-1)?.orders.new !== 3) heard.push(await next())
  expect(heard.length).toBeLessThanOrEqual(3)
  const late = await demo.join('sam', 'figures')
  expect((await late.next('figures')).data).toMatchObject({ peopleOnline: 1 })
})

test('only staff may watch', async () => {
  await expect(demo.join('ana', 'figures')).rejects.toMatchObject({ code: 4003 })
  await expect(demo.join('sam', 'figures:others')).rejects.toMatchObject({ code: 4003 })
})

test('the figures are a stream that any EventSource reads', async () => {
  const url = await demo.app.listen({ host: '127.0.0.1', port: 0 })
  const answer = await fetch(`${url}/sse/figures`, { headers: { authorization: `Bearer ${await demo.token('sam')}` } })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (/^event: event$/m.test(text) && text.includes('"messagesLastMinute"')) break
  }
  expect(text).toMatch(/^id: .+$/m)
})
