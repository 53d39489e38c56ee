// @vitest-environment happy-dom
import { fireEvent } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../src/client/rooms-client.js'
import type { TokenReason } from '../../src/client/index.js'
import { acted, show } from '../react/render.js'
import { App, drawn, panel, press, rows, shadow, showDevtools, openPanelOn, useDevtoolsStage } from './panel-stage.js'

const bareStage = useDevtoolsStage()
const stage = openPanelOn(bareStage)

const status = (): string => shadow().querySelector('.summary .status')!.textContent
const setDelay = (ms: string): Promise<void> => acted(() => void fireEvent.change(panel().getByLabelText(/Delay/), { target: { value: ms } }))

describe('the buttons', () => {
  it('Cut drops the connection once, and the client comes back by itself', async () => {
    const staged = await stage()
    await press(staged, 'Cut')
    expect([status(), staged.client.connection().attempt, staged.server.open.length]).toEqual(['reconnecting', 1, 0])
    expect(staged.server.socket.closedByClient).toBe(1000)
    expect(rows().at(-1)).toBe('connection||cut here||')
    await acted(() => staged.pass(500))
    expect([status(), staged.server.sockets.length, staged.server.sent('join').length]).toEqual(['connected', 2, 2])
  })

  it('Offline holds the connection cut until it is released, and then it is back at once', async () => {
    const staged = await stage()
    await press(staged, 'Offline')
    expect([status(), panel().getByRole('button', { name: 'Offline' }).getAttribute('aria-pressed')]).toEqual(['offline', 'true'])
    await acted(() => staged.pass(120_000))
    expect([status(), staged.server.sockets.length]).toEqual(['offline', 1])
    expect(rows()).toContain('connection||connecting failed: held offline||')
    await press(staged, 'Offline')
    expect([status(), staged.server.sockets.length]).toEqual(['connected', 2])
  })

  it('cutting says nothing against a transport: the first is the first afterwards', async () => {
    const staged = await stage({ transports: ['websocket', 'sse'] })
    await press(staged, 'Offline')
    await press(staged, 'Retry now')
    await press(staged, 'Offline')
    expect([staged.client.connection().transport, staged.server.sockets.length]).toEqual(['websocket', 2])
  })

  it('Delay holds every message for its time, both ways, in order', async () => {
    const { client, server, pass } = await stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await setDelay('400')
    server.send('chat:1', 'message', 1)
    await acted(() => pass(399))
    expect(heard).toEqual([])
    await setDelay('0')
    server.send('chat:1', 'message', 2)
    await acted()
    expect(heard).toEqual([])
    await acted(() => pass(1))
    expect(heard).toEqual([1, 2])
    await setDelay('300')
    void client.room('chat:1').publish('message', 3)
    await acted(() => pass(299))
    expect(server.sent('publish')).toHaveLength(0)
    await acted(() => pass(1))
    expect(server.sent('publish')).toHaveLength(1)
    await acted(() => pass(300))
    expect(heard).toEqual([1, 2, 3])
  })

  it('Delay takes what is no number for none', async () => {
    const { client, server } = await stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await setDelay('500')
    await setDelay('')
    server.send('chat:1', 'message', 1)
    await acted()
    expect(heard).toEqual([1])
  })

  it('Expire token makes the client ask for another and come back', async () => {
    const reasons: TokenReason[] = []
    const staged = await stage({ getToken: ({ reason }) => { reasons.push(reason); return 'ana' } })
    await press(staged, 'Expire token')
    await acted(() => staged.pass(0))
    expect([reasons, status(), staged.server.sockets.length]).toEqual([['initial', 'refused'], 'connected', 2])
    expect(rows()).toContain('connection||token expired here||')
  })

  it('Retry now connects what was stopped', async () => {
    const staged = await stage()
    await acted(() => staged.server.bye(4010, 'never'))
    await drawn(staged)
    expect(status()).toBe('closed')
    await press(staged, 'Retry now')
    expect(status()).toBe('connected')
  })

  it('Retry now does not wait for the next attempt', async () => {
    const staged = await stage()
    staged.server.down = true
    staged.server.drop()
    await acted(() => staged.pass(30_000))
    staged.server.down = false
    const before = staged.server.sockets.length
    await press(staged, 'Retry now')
    expect([status(), staged.server.sockets.length]).toEqual(['connected', before + 1])
  })

  it('work on each connection of a client that has one per room', async () => {
    const staged = await stage({ share: false }, {}, ['chat:1', 'chat:2'])
    await press(staged, 'Cut')
    expect(staged.server.open).toHaveLength(0)
    await acted(() => staged.pass(500))
    expect(staged.server.open).toHaveLength(2)
    expect(rows().filter((row) => row.includes('cut here'))).toEqual(['connection|chat:1|cut here||', 'connection|chat:2|cut here||'])
  })
})

describe('devtools that look on', () => {
  it('pass on the code with which the server closes', async () => {
    const staged = await stage()
    await acted(() => staged.server.drop(4010))
    await drawn(staged)
    expect(status()).toBe('closed')
  })
})

describe('devtools mounted late', () => {
  it('say that nothing is recorded, keep their hands off, and reconnect to record', async () => {
    const made = bareStage()
    show(made.client, <App rooms={['chat:1']} />)
    await acted()
    await showDevtools(made.client, { initialIsOpen: true }, [])
    await drawn(made)
    expect(panel().getByText(/opened before the devtools/)).toBeTruthy()
    expect(['Cut', 'Expire token'].map((name) => panel().getByRole<HTMLButtonElement>('button', { name }).disabled)).toEqual([true, true])
    await press(made, 'Reconnect to record')
    expect(panel().queryByText(/opened before the devtools/)).toBeNull()
    expect(panel().getByRole<HTMLButtonElement>('button', { name: 'Cut' }).disabled).toBe(false)
    expect([made.server.sockets.length, made.server.open.length, rows().length]).toEqual([2, 1, 4])
  })
})

describe('devtools that go', () => {
  it('leave the connection as it would be without them', async () => {
    const staged = await stage()
    const { client, server, shown } = staged
    await setDelay('5000')
    server.send('chat:1', 'message', 'on its way')
    await press(staged, 'Offline')
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    shown.again(<App rooms={['chat:1']} />)
    await acted()
    expect([client.connection().status, server.open.length, document.querySelector('rooms-devtools')]).toEqual(['connected', 1, null])
    server.send('chat:1', 'message', 'at once')
    await acted()
    expect(heard).toEqual(['on its way', 'at once'])
  })

  it('let through what they held back, and take themselves out of the way', async () => {
    const made = bareStage()
    const { settings } = internalsOf(made.client)
    const { open } = settings
    const shown = await showDevtools(made.client, { initialIsOpen: true }, ['chat:1'])
    await drawn(made)
    expect(settings.open).not.toBe(open)
    const heard: unknown[] = []
    made.client.room('chat:1').on('message', (data) => heard.push(data))
    await setDelay('5000')
    made.server.send('chat:1', 'message', 'late')
    await acted()
    shown.again(<App rooms={['chat:1']} />)
    await acted()
    made.server.send('chat:1', 'message', 'at once')
    await acted()
    expect([settings.open === open, heard]).toEqual([true, ['late', 'at once']])
  })

  it('stay out of the way under somebody else who listens too, and come back once', async () => {
    const made = bareStage()
    const { settings } = internalsOf(made.client)
    const shown = await showDevtools(made.client, { initialIsOpen: true }, [])
    const ours = settings.open
    settings.open = (...session) => ours(...session)
    shown.again(null)
    await acted()
    shown.unmount()
    await showDevtools(made.client, { initialIsOpen: true }, ['chat:1'])
    await drawn(made)
    expect(rows()).toHaveLength(4)
  })
})
