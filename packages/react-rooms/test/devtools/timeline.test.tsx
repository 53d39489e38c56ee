// @vitest-environment happy-dom
import { fireEvent } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { tapOf } from '../../src/devtools/tap.js'
import { acted } from '../react/render.js'
import { drawn, openTab, panel, press, rows, shadow, openPanelOn, useDevtoolsStage, type PanelStage } from './panel-stage.js'

const stage = openPanelOn(useDevtoolsStage())

const last = (count: number): string[] => rows().slice(-count)
const tally = (): string => shadow().querySelector('.tally')!.textContent
const pick = (label: string, value: string): Promise<void> => acted(() => void fireEvent.change(panel().getByLabelText(label), { target: { value } }))

/** Events in one message of the server. */
async function sendEvents(staged: PanelStage, room: string, ...data: unknown[]): Promise<void> {
  await acted(() => data.forEach((value) => staged.server.send(room, 'message', value)))
  await drawn(staged)
}

describe('the timeline', () => {
  it('shows what passed from the first word on, in order and both ways, for devtools mounted beside the app', async () => {
    await stage()
    expect(rows()).toEqual(['connection||connecting by websocket||', 'welcome||ana||', 'join|chat:1|||', 'joined|chat:1|fresh, replay 0, 1 here||'])
    expect([...shadow().querySelectorAll('.way .unseen')].map(({ textContent }) => textContent)).toEqual(['here', 'received', 'sent', 'received'])
  })

  it('says that the client ended a session, once, and nothing of what its wire still says', async () => {
    const staged = await stage()
    await acted(() => staged.client.close())
    await acted(() => staged.server.socket.onmessage!({ data: '{"type":"pong"}' }))
    await drawn(staged)
    expect(last(2)).toEqual(['joined|chat:1|fresh, replay 0, 1 here||', 'connection||closed by the client||'])
  })

  it('says where an event came from: oneself, another user, the server, or nobody it was meant for', async () => {
    const staged = await stage()
    const { client, server } = staged
    await acted(() => client.room('chat:1').publish('message', 'mine'))
    server.send('chat:1', 'message', 'hers', { from: 'bo' })
    server.send('chat:1', 'message', 'the app')
    server.send('chat:1', 'message', 'not ours', { except: server.socket })
    await drawn(staged)
    expect(last(6)).toEqual([
      'publish|chat:1|message||', 'event|chat:1|message|#1|own', 'ack|chat:1|||', 'event|chat:1|message|#2|bo', 'event|chat:1|message|#3|server', 'skip|chat:1||#4|skip',
    ])
  })

  it('tells what was replayed from news', async () => {
    const staged = await stage()
    const { server, pass } = staged
    await sendEvents(staged, 'chat:1', 'before')
    server.drop()
    server.missed('chat:1', 'message', 'meanwhile')
    await acted(() => pass(500))
    await sendEvents(staged, 'chat:1', 'after')
    expect(rows().filter((row) => row.startsWith('event'))).toEqual(['event|chat:1|message|#1|server', 'event|chat:1|message|#2|server, replayed', 'event|chat:1|message|#3|server'])
    expect(rows()).toContain('connection||closed, code 1006||')
    expect(rows()).toContain('joined|chat:1|recovered, replay 1, 1 here||')
  })

  it('begins a new count of news after a reset', async () => {
    const staged = await stage()
    await sendEvents(staged, 'chat:1', 1, 2, 3)
    staged.server.drop()
    await acted(() => staged.pass(500))
    staged.server.reset('chat:1')
    await sendEvents(staged, 'chat:1', 'new life')
    expect(last(2)).toEqual(['reset|chat:1|epoch||', 'event|chat:1|message|#1|server'])
  })

  it('filters by room', async () => {
    const staged = await stage({}, {}, ['chat:1', 'order:7'])
    await pick('Room', 'order:7')
    expect(rows()).toEqual(['join|order:7|||', 'joined|order:7|fresh, replay 0, 1 here||'])
    expect(tally()).toBe('2 of 6')
    await pick('Room', '')
    expect(rows()).toHaveLength(6)
    expect(staged.client.connection().status).toBe('connected')
  })

  it('filters by text anywhere in the object, and shows all again', async () => {
    const staged = await stage()
    await sendEvents(staged, 'chat:1', { text: 'Needle' }, { text: 'hay' })
    await pick('Filter by text', 'needle')
    expect(rows()).toEqual(['event|chat:1|message|#1|server'])
    await pick('Filter by text', 'nowhere')
    expect(panel().getByText(/Nothing matches/)).toBeTruthy()
    await press(staged, 'Show all')
    expect(rows()).toHaveLength(6)
  })

  it('shows the whole object when asked, and one at a time', async () => {
    const staged = await stage()
    await sendEvents(staged, 'chat:1', { text: 'deep inside' }, { text: 'another' })
    expect(shadow().querySelector('.payload')).toBeNull()
    await press(staged, /message #1/)
    expect(JSON.parse(shadow().querySelector('.payload')!.textContent)).toMatchObject({ type: 'event', data: { text: 'deep inside' }, offset: 1 })
    await press(staged, /message #2/)
    expect([...shadow().querySelectorAll('.payload')].map(({ textContent }) => textContent.includes('another'))).toEqual([true])
    await press(staged, /message #2/)
    expect(shadow().querySelector('.payload')).toBeNull()
  })

  it('keeps the last 500', async () => {
    const staged = await stage()
    await sendEvents(staged, 'chat:1', ...Array.from({ length: 600 }, (_, n) => n))
    expect([rows().length, rows()[0], rows().at(-1)]).toEqual([500, 'event|chat:1|message|#101|server', 'event|chat:1|message|#600|server'])
    expect(tally()).toBe('500, older ones dropped')
  })

  it('stands still while paused, counts what comes, and goes on', async () => {
    const staged = await stage()
    await press(staged, 'Pause')
    await sendEvents(staged, 'chat:1', 1, 2)
    expect([rows().length, tally()]).toEqual([4, '4, 2 newer'])
    await openTab(staged, 'Rooms')
    await openTab(staged, 'Timeline')
    expect(rows()).toHaveLength(4)
    await press(staged, 'Resume')
    expect([rows().length, tally()]).toEqual([6, '6'])
  })

  it('is emptied by hand', async () => {
    const staged = await stage()
    await press(staged, 'Clear')
    expect(panel().getByText(/Nothing yet/)).toBeTruthy()
    await sendEvents(staged, 'chat:1', 1)
    expect(rows()).toHaveLength(1)
  })

  it('never shows a token', async () => {
    const staged = await stage({ getToken: () => 'secret' })
    staged.server.expiresInMs = 40_000
    await press(staged, 'Expire token')
    await acted(() => staged.pass(30_100))
    await drawn(staged)
    expect(staged.server.sent('auth').map(({ token }) => token)).toEqual(['secret'])
    await press(staged, /auth/)
    expect(shadow().querySelector('.payload')!.textContent).toContain('(hidden)')
    expect(tapOf(staged.client).recorder.entries().filter(({ way, text }) => way === 'out' && text.includes('secret'))).toEqual([])
  })

  it('draws a burst of 500 events at once, not one by one', async () => {
    const staged = await stage()
    const reads = vi.spyOn(tapOf(staged.client).recorder, 'entries')
    await acted(() => {
      for (let n = 0; n < 500; n++) staged.server.socket.onmessage?.({ data: `{"type":"signal","room":"chat:1","signal":"cursor","data":${n},"from":"bo"}` })
    })
    await drawn(staged)
    expect(rows()).toHaveLength(500)
    expect(reads.mock.calls.length).toBeLessThanOrEqual(2)
  })
})
