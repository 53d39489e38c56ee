// @vitest-environment happy-dom
import { Activity } from 'react'
import { expect, it, vi } from 'vitest'
import { FakeStreams } from './fake-streams.js'
import { acted, render } from './render.js'
import { useRoomsStage } from './rooms-stage.js'
import { WholeApp } from './whole-app.js'

const stage = useRoomsStage()

/** A whole app within an `<Activity>` of the given mode. */
function show(staged: ReturnType<typeof stage>, mode: 'visible' | 'hidden') {
  const streams = new FakeStreams()
  const poll = vi.fn(async () => 'jobs')
  const heard = vi.fn()
  const within = (mode: 'visible' | 'hidden') => <Activity mode={mode}><WholeApp client={staged.client} fetch={streams.fetch} poll={poll} heard={heard} /></Activity>
  const { again } = render(within(mode))
  return { streams, poll, heard, turn: (mode: 'visible' | 'hidden') => acted(() => again(within(mode))) }
}

it('what is hidden for a moment keeps its room, and lets go of its stream and its polling', async () => {
  const staged = stage()
  const { rooms, pass } = staged
  const { streams, poll, heard, turn } = show(staged, 'visible')
  await acted()
  await acted(() => streams.request.open())
  await acted(() => streams.request.write('id: 7\ndata: 1\n\n'))
  await turn('hidden')
  expect([rooms.open, streams.open.length, poll.mock.calls.length]).toEqual([1, 0, 1])
  await acted(() => pass(1_999))
  await acted(() => rooms.room('chat:1').send('message', 'unheard'))
  await turn('visible')
  expect([rooms.opened, rooms.received('join').length, rooms.received('leave').length]).toEqual([1, 1, 0])
  expect([streams.requests.length, streams.request.header('last-event-id'), poll.mock.calls.length]).toEqual([2, '7', 2])
  await acted(() => rooms.room('chat:1').send('message', 'heard'))
  expect(heard.mock.calls).toEqual([['heard']])
})

it('what stays hidden leaves nothing open, and comes back whole', async () => {
  const staged = stage()
  const { rooms, pass } = staged
  const { streams, heard, turn } = show(staged, 'visible')
  await acted()
  await turn('hidden')
  await acted(() => pass(2_000))
  expect([rooms.open, streams.open.length, vi.getTimerCount()]).toEqual([0, 0, 0])
  await turn('visible')
  await acted(() => pass(500))
  expect([rooms.open, rooms.opened]).toEqual([1, 2])
  await acted(() => rooms.room('chat:1').send('message', 'heard'))
  expect(heard.mock.calls).toEqual([['heard']])
})

it('what is prepared while hidden opens nothing', async () => {
  const staged = stage()
  const { streams, poll, turn } = show(staged, 'hidden')
  await acted(() => staged.pass(60_000))
  expect([staged.rooms.opened, streams.requests.length, poll.mock.calls.length]).toEqual([0, 0, 0])
  await turn('visible')
  expect([staged.rooms.open, streams.open.length, poll.mock.calls.length]).toEqual([1, 1, 1])
})
