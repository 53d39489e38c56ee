// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { acted } from '../react/render.js'
import { drawn, openPanelOn, openTab, panel, press, shadow, useDevtoolsStage } from './panel-stage.js'

const stage = openPanelOn(useDevtoolsStage())

describe('the queue', () => {
  it('lists what is not settled, says how far it got, and empties', async () => {
    const staged = await stage()
    await openTab(staged, 'Queue')
    expect(panel().getByText('Every publish is settled.')).toBeTruthy()
    staged.server.holdAcks = true
    void staged.client.room('chat:1').publish('message', { text: 'hello' }, { id: 'first' })
    await drawn(staged)
    const list = (): (string | undefined)[][] => [...shadow().querySelectorAll('.queue li .entry')].map((row) =>
      ['room', 'what', 'stage', 'id'].map((cell) => row.querySelector(`.${cell}`)?.textContent))
    expect(list()).toEqual([['chat:1', 'message', 'sent', 'first']])
    staged.server.down = true
    staged.server.drop()
    void staged.client.room('chat:1').publish('message', { text: 'again' }, { id: 'second' })
    await drawn(staged)
    expect(list()).toEqual([['chat:1', 'message', 'to be sent again', 'first'], ['chat:1', 'message', 'waiting', 'second']])
    await press(staged, /second/)
    expect(JSON.parse(shadow().querySelector('.payload')!.textContent)).toMatchObject({ type: 'publish', data: { text: 'again' } })
    staged.server.down = staged.server.holdAcks = false
    await acted(() => staged.pass(2_000))
    expect(panel().getByText('Every publish is settled.')).toBeTruthy()
  })
})
