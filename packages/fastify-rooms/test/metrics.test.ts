import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { roomsMetrics } from '../src/metrics.js'
import { startServer } from './support/test-server.js'

/** The value of one sample, by its name and labels as they are written. */
async function sample(register: Registry, name: string): Promise<number | undefined> {
  const line = (await register.metrics()).split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

describe('roomsMetrics', () => {
  test('gives what the node counts, and how long publishes and sends take', async () => {
    const register = new Registry()
    const server = await startServer({}, { after: (app) => roomsMetrics(app, { register }) })
    const other = await startServer()
    const ana = await server.join('ana', 'lobby')
    await ana.publish('note', 1, { id: 'n-1' })
    await ana.publish('note', 1, { id: 'n-1' })
    await server.app.rooms.send('lobby', 'note', 2)
    await other.app.rooms.send('lobby', 'note', 3)
    await server.join('bo', 'lobby', { query: '?position=rubbish' })
    const expected: [string, number][] = [
      ['rooms_connections', 2], ['rooms_users', 2], ['rooms_held', 1], ['rooms_broker_live', 1],
      ['rooms_resumes_total{result="invalid"}', 1], ['rooms_publishes_total{outcome="ok"}', 1], ['rooms_publishes_total{outcome="duplicate"}', 1],
      ['rooms_publish_seconds_count', 2], ['rooms_send_seconds_count', 1], ['rooms_dropped_total{reason="connection"}', 0],
    ]
    for (const [name, value] of expected) expect([name, await sample(register, name)]).toEqual([name, value])
    expect(await sample(register, 'rooms_deliveries_total')).toBe(server.app.rooms.stats().deliveries)
    expect(await sample(register, 'rooms_batch_frames_count')).toBeGreaterThan(1)
  })
  test('takes another prefix, and listens no more once the server is closed', async () => {
    const register = new Registry()
    const server = await startServer({}, { after: (app) => roomsMetrics(app, { register, prefix: 'shop_' }) })
    await server.app.rooms.send('lobby', 'note', 1)
    await server.app.close()
    await server.app.rooms.send('lobby', 'note', 2).catch(() => {})
    expect(await sample(register, 'shop_send_seconds_count')).toBe(1)
  })
})
