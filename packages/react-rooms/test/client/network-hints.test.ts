// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()
const onLine = (value: boolean): void => void vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(value)
const happens = (type: string, target: EventTarget = window): void => void target.dispatchEvent(new Event(type, { bubbles: true }))
afterEach(() => {
  vi.restoreAllMocks()
})

describe('network hints', () => {
  it('shows offline at once, and comes back with the network', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    onLine(false)
    happens('offline')
    await settle()
    expect([client.connection().status, server.open.length]).toEqual(['offline', 0])
    onLine(true)
    happens('online')
    await settle()
    expect([client.connection().status, client.room('chat:1').status()]).toEqual(['connected', 'live'])
  })

  it('goes on trying while offline, because platforms are wrong about it', async () => {
    const { client, pass } = stage()
    client.retain('chat:1')
    await settle()
    onLine(false)
    happens('offline')
    await pass(21_000)
    expect(client.connection().status).toBe('connected')
  })

  it('calls a failure offline when there is no network', async () => {
    const { client, server } = stage()
    server.down = true
    onLine(false)
    client.retain('chat:1')
    await settle()
    expect(client.connection()).toMatchObject({ status: 'offline', attempt: 1 })
  })

  it.each([['online', window], ['pageshow', window], ['visibilitychange', document]] as const)('%s ends a wait', async (type, target) => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    await pass(250)
    server.down = false
    happens(type, target)
    await settle()
    expect(client.connection().status).toBe('connected')
  })

  it('probes an open socket, and replaces one that does not answer within five seconds', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    happens('pageshow')
    await pass(6_000)
    expect([server.sent('ping').length, server.sockets.length]).toEqual([1, 1])
    server.halfOpen()
    happens('pageshow')
    await pass(4_999)
    expect(server.sockets).toHaveLength(1)
    await pass(1)
    await pass(250)
    expect([server.sockets.length, client.connection().status]).toEqual([2, 'connected'])
  })

  it('closes the socket with the page, and comes back with it', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    happens('pagehide')
    await settle()
    expect([server.socket.closedByClient, server.open.length]).toEqual([1000, 0])
    happens('pageshow')
    await settle()
    expect([client.connection().status, client.room('chat:1').status()]).toEqual(['connected', 'live'])
  })

  it('gives up what became too old while the machine slept', async () => {
    const { client, server } = stage()
    server.down = true
    const sent = client.room('chat:1').publish('message', 1)
    const outcome = expect(sent).rejects.toMatchObject({ code: 'unavailable' })
    await settle()
    // Timers stood still, the clock did not.
    vi.setSystemTime(Date.now() + 3_600_000)
    happens('pageshow')
    await outcome
  })

  it('does not care when the page is hidden', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    happens('visibilitychange', document)
    await settle()
    expect([server.sent('ping').length, client.connection().status]).toEqual([0, 'connected'])
  })

  it('listens only while a room is held', async () => {
    const { client, server, pass } = stage()
    const release = client.retain('chat:1')
    await settle()
    release()
    await pass(2_000)
    happens('online')
    happens('pageshow')
    await settle()
    expect([server.sockets.length, client.connection().status]).toEqual([1, 'idle'])
  })
})
