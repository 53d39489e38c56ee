import { describe, expect, it } from 'vitest'
import { startClient, until } from './client.js'
import { hasNginx } from '../../scripts/nginx.mjs'
import { startProxy } from './proxy.js'
import { startServer } from './server.js'

const HTTP_1_1 = 'proxy_http_version 1.1; proxy_set_header Connection "";'

describe.runIf(hasNginx)('behind nginx', () => {
  it('that blocks upgrades, a client is live over event streams within 3 s, and says so', async () => {
    const server = await startServer()
    const client = startClient(await startProxy([server.url], HTTP_1_1), 'ana', { backoff: {} })
    const heard: unknown[] = []
    const began = performance.now()
    const room = client.room('feed:1' as never)
    room.on('tick' as never, (n) => void heard.push(n))
    await until(() => room.status() === 'live', 'the room is live')
    const tookMs = Math.round(performance.now() - began)
    process.stdout.write(`live over event streams ${tookMs} ms after the start\n`)
    expect(client.connection().transport).toBe('sse')
    expect(tookMs).toBeLessThan(3_000)
    await server.app.rooms.send('feed:1' as never, 'tick' as never, 1 as never)
    await until(() => heard.length === 1, 'the event is heard')
    await expect(room.publish('tick' as never, 2 as never)).resolves.toMatchObject({ type: 'ack' })
    expect(server.requests.get('poll')).toBeUndefined()
  })

  it('that holds responses back, it is live over polls', async () => {
    const server = await startServer()
    const client = startClient(await startProxy([server.url], `${HTTP_1_1} proxy_ignore_headers X-Accel-Buffering; proxy_buffering on; gzip on; gzip_types *; gzip_min_length 1;`), 'ana', { backoff: {} })
    const heard: unknown[] = []
    const room = client.room('feed:1' as never)
    const began = performance.now()
    room.on('tick' as never, (n) => void heard.push(n))
    await until(() => room.status() === 'live', 'the room is live')
    process.stdout.write(`live over polls ${Math.round(performance.now() - began)} ms after the start\n`)
    expect(client.connection().transport).toBe('poll')
    await server.app.rooms.send('feed:1' as never, 'tick' as never, 1 as never)
    await until(() => heard.length === 1, 'the event is heard')
    await expect(room.publish('tick' as never, 2 as never)).resolves.toMatchObject({ type: 'ack' })
  })
})
