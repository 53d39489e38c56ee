// @vitest-environment happy-dom
import { within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { acted } from '../react/render.js'
import { drawn, openPanelOn, openTab, panel, press, rows, useDevtoolsStage } from './panel-stage.js'

const stage = openPanelOn(useDevtoolsStage())

/** The facts of a section, by their names. */
function facts(section: HTMLElement): Record<string, string> {
  return Object.fromEntries([...section.querySelectorAll('.facts > div')].map((fact) => [fact.children[0]!.textContent, fact.children[1]!.textContent]))
}
const details = (name: string): HTMLElement => panel().getByRole('region', { name })

describe('the rooms', () => {
  it('are listed with status, position and size, and follow what happens', async () => {
    const staged = await stage({}, {}, ['chat:1', 'order:7'])
    await openTab(staged, 'Rooms')
    const list = (): string[] => within(panel().getByRole('list', { name: 'Rooms' })).getAllByRole('button').map(({ textContent }) => textContent)
    expect(list()).toEqual(['chat:1livee2:0:-1 here', 'order:7livee3:0:-1 here'])
    staged.server.send('order:7', 'message', 1)
    await drawn(staged)
    expect(list()[1]).toBe('order:7livee3:1:tag000011 here')
    staged.server.drop()
    await drawn(staged)
    expect(list()[0]).toContain('catching-up')
  })

  it('show one in full: grants, own state, who types', async () => {
    const staged = await stage({}, {}, ['chat:1', 'order:7'])
    staged.server.room('order:7').add('bo')
    await openTab(staged, 'Rooms')
    await press(staged, /order:7/)
    staged.client.room('order:7').setState({ status: 'away' } as never)
    await drawn(staged)
    expect(facts(details('order:7'))).toMatchObject({
      Status: 'live', 'May publish': 'message', 'May signal': 'cursor', 'May see': 'presence, history', 'Own state': '{"status":"away"}', Typing: 'nobody',
    })
  })

  it('show who is present, with state and connections, and who is oneself', async () => {
    const staged = await stage()
    staged.server.room('chat:1').add('bo', { status: 'away' })
    staged.server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: staged.server.room('chat:1').members.filter(({ user }) => user === 'bo'), changed: [], size: 2 })
    await openTab(staged, 'Rooms')
    const cells = [...details('chat:1').querySelectorAll('tbody tr')].map((row) => [...row.children].slice(0, 4).map(({ textContent }) => textContent))
    expect(cells).toEqual([['anayou', '{"name":"ana"}', 'null', '1'], ['bo', '{"name":"bo"}', '{"status":"away"}', '1']])
    staged.server.drop()
    await drawn(staged)
    expect(details('chat:1').textContent).toContain('as last known')
  })

  it('show the first hundred members and count the others', async () => {
    const staged = await stage()
    const crowd = Array.from({ length: 130 }, (_, n) => ({ user: `u${n}`, info: {}, state: null, connections: 1, since: 0 }))
    staged.server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: crowd, changed: [], size: 131 })
    await openTab(staged, 'Rooms')
    expect(details('chat:1').querySelectorAll('tbody tr')).toHaveLength(100)
    expect(panel().getByText('31 more')).toBeTruthy()
  })

  it('tell of a refused room', async () => {
    const staged = await stage()
    staged.server.tell('chat:1', { type: 'left', room: 'chat:1', code: 4003, reason: 'forbidden', retry: 'never' })
    await openTab(staged, 'Rooms')
    expect(facts(details('chat:1'))['Status']).toBe('refused')
  })

  it('say so when there are none', async () => {
    const staged = await stage({}, {}, [])
    await openTab(staged, 'Rooms')
    expect(panel().getByText(/No room is held/)).toBeTruthy()
    await openTab(staged, 'Connection')
    expect(panel().getByRole('tabpanel').textContent).toContain('idle')
  })

  it('are not asked for more members than the app asked for', async () => {
    const staged = await stage()
    await openTab(staged, 'Rooms')
    const members = [{ user: 'bo', info: {}, state: null, connections: 1, since: 0 }]
    staged.server.tell('chat:1', { type: 'members', room: 'chat:1', members, more: true })
    await drawn(staged)
    expect(staged.server.sent('members')).toHaveLength(0)
  })
})

describe('the connection', () => {
  it('is shown in full: status, transport, attempt, retry, user, id and limits', async () => {
    const staged = await stage()
    await openTab(staged, 'Connection')
    expect(facts(details('Connection'))).toMatchObject({
      Status: 'connected', Transport: 'websocket', User: 'ana', Id: staged.server.socket.connection, Attempt: 'none failed', Retry: 'none planned', Lost: 'no',
      Queued: '0 unsettled', Expires: 'never', Message: '64 KiB', Rate: '50 messages a second',
    })
    staged.server.down = true
    staged.server.drop()
    await acted(() => staged.pass(7_000))
    const away = facts(details('Connection'))
    expect(away).toMatchObject({ Status: 'reconnecting', Transport: 'none', Id: 'none', Lost: 'yes: what is on the screen may be old' })
    expect([away['Attempt'], away['Retry']]).toEqual([expect.stringMatching(/^\d+ failed$/), expect.stringMatching(/^in \d+ (ms|s)$/)])
  })

  it('is shown for each room where each has its own', async () => {
    const staged = await stage({ share: false }, {}, ['chat:1', 'order:7'])
    await openTab(staged, 'Connection')
    expect([facts(details('chat:1'))['Id'], facts(details('order:7'))['Id']]).toEqual(staged.server.sockets.map(({ connection }) => connection))
    await openTab(staged, 'Timeline')
    expect(rows()[0]).toBe('connection|chat:1|connecting by websocket||')
  })
})
