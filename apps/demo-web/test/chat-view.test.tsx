// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import type { Message } from 'demo-api/contract'
import { expect, test } from 'vitest'
import { ChatView } from '../src/features/chat/chat-view.js'
import { ana, onScreen, usingScreens } from './on-screen.js'

usingScreens()

const message = (id: string, author: string, text: string): Message => ({ id, chat: 'lobby', author, authorName: author === 'ana' ? 'Ana' : 'Bo', text, at: new Date(Date.UTC(2026, 0, 1)).toISOString() })
const lines = () => [...screen.getByRole('log').querySelectorAll('.message-text')].map(({ textContent }) => textContent)
const say = (text: string): void => {
  fireEvent.input(screen.getByRole('textbox', { name: 'Message' }), { target: { value: text } })
  fireEvent.click(screen.getByRole('button', { name: 'Send' }))
}

/** The lobby with one message in it, open before Ana. */
async function lobby() {
  const shown = await onScreen(ana, (rooms) => {
    // As the server's handler: the message keeps the publish's id.
    rooms.room('chat:lobby').onPublish('message', ({ text }, { id, user }) => message(id, user, text))
    return {
      'GET /chats': () => Response.json([{ id: 'lobby', title: 'Lobby' }, { id: 'kitchen', title: 'Kitchen' }]),
      'GET /chats/lobby/messages': () => rooms.room('chat:lobby').response([message('1', 'bo', 'Morning')]),
    }
  }, <ChatView chat="lobby" />)
  await screen.findByText('Morning')
  await screen.findByRole('heading', { name: 'Lobby' })
  await shown.rooms.flush()
  return { ...shown, room: shown.rooms.room('chat:lobby') }
}

test('a message is sending, then sent, and stands once', async () => {
  const { rooms, room } = await lobby()
  const held = room.hold('message')
  say('Hello')
  await rooms.flush()
  screen.getByText('Sending…')
  expect(lines()).toEqual(['Morning', 'Hello'])
  held.release()
  await rooms.flush()
  screen.getByText('Sent')
  expect(lines()).toEqual(['Morning', 'Hello'])
})

test('a message that was refused says why, and Retry sends the same one again', async () => {
  const { rooms, room } = await lobby()
  const off = room.onPublish('message', (_, { refuse }) => refuse('muted', 'you are muted'))
  say('Hello')
  await rooms.flush()
  expect(screen.getByRole('alert').textContent).toContain('Not sent: you are muted')
  off()
  room.onPublish('message', ({ text }, { id, user }) => message(id, user, text))
  fireEvent.click(screen.getByRole('button', { name: 'Retry' }))
  await rooms.flush()
  expect([lines(), screen.queryByRole('alert')]).toEqual([['Morning', 'Hello'], null])
  const [first, second] = rooms.received('publish')
  expect(first?.id).toBe(second?.id)
})

test('what is written while the line is cut leaves when it is back, below what others said meanwhile', async () => {
  const { rooms, room } = await lobby()
  rooms.drop()
  room.send('message', message('2', 'bo', 'Anyone here?'), { from: 'bo' })
  await rooms.flush()
  say('Me')
  await rooms.flush()
  screen.getByText('Sending…')
  expect(rooms.received('publish')).toHaveLength(0)
  await rooms.advance(1_000)
  expect(lines()).toEqual(['Morning', 'Anyone here?', 'Me'])
  screen.getByText('Sent')
})

test('an answer that got lost makes no second message', async () => {
  const { rooms, room } = await lobby()
  const held = room.hold('message', 'ack')
  say('Hello')
  await rooms.flush()
  rooms.drop()
  await rooms.flush()
  held.release()
  await rooms.advance(1_000)
  expect([lines(), rooms.received('publish').length]).toEqual([['Morning', 'Hello'], 2])
})

test('messages that come late, twice and with a gap stand once and in their order', async () => {
  const { rooms, room, calls } = await lobby()
  rooms.reorder()
  for (const text of ['one', 'two', 'three']) room.send('message', message(text, 'bo', text))
  await rooms.flush()
  rooms.skipOffsets(2)
  for (const text of ['four', 'five', 'six']) room.send('message', message(text, 'bo', text))
  await rooms.advance(250)
  expect(lines()).toEqual(['Morning', 'one', 'two', 'three', 'four', 'five', 'six'])
  expect(calls('GET /chats/lobby')).toBe(1)
})

test('one sees who is here, at most five faces, and who writes', async () => {
  const { rooms, room } = await lobby()
  const here = () => within(screen.getByRole('list', { name: 'Here now' })).getAllByRole('listitem').map(({ textContent }) => textContent)
  for (const name of ['Bo', 'Cy', 'Di', 'Ed', 'Fi']) room.join(name.toLowerCase(), { info: { name, role: 'customer' } })
  room.typing('bo')
  await rooms.flush()
  expect(here()).toEqual(['A', 'B', 'C', 'D', 'E', '+1 more'])
  const writing = screen.getByRole('status', { name: 'Typing' })
  expect(writing.textContent).toBe('Bo is typing…')
  room.typing('cy')
  await rooms.flush()
  expect(writing.textContent).toBe('Bo and Cy are typing…')
  room.leave('bo')
  await rooms.flush()
  expect([writing.textContent, here()]).toEqual(['Cy is typing…', ['A', 'C', 'D', 'E', 'F']])
  await rooms.advance(6_000)
  expect(writing.textContent).toBe('')
})

test('others see that one writes, and stopped', async () => {
  const { rooms } = await lobby()
  const field = screen.getByRole('textbox', { name: 'Message' })
  fireEvent.input(field, { target: { value: 'H' } })
  fireEvent.blur(field)
  await rooms.flush()
  expect(rooms.received('typing').map(({ on }) => on)).toEqual([true, false])
})
