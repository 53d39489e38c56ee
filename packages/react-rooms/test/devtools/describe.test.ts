import { expect, it } from 'vitest'
import { describe } from '../../src/devtools/describe.js'
import type { Entry } from '../../src/devtools/recorder.js'
import { newContext, nextContext } from '../../src/devtools/session-context.js'

const context = { ...newContext('?v=1'), user: 'ana' }
const entry = (way: Entry['way'], text: string): Entry => ({ number: 1, at: 0, way, text, context })

it.each([
  ['in', { type: 'welcome', user: 'ana' }, 'ana'],
  ['in', { type: 'joined', recovered: false, reason: 'trimmed', replay: 3, size: 2 }, 'not recovered (trimmed), replay 3, 2 here'],
  ['in', { type: 'left', code: 4003, reason: 'forbidden' }, '4003 forbidden'],
  ['in', { type: 'bye', code: 4200, reason: '' }, '4200'],
  ['in', { type: 'presence', joined: [{}], left: [], size: 4 }, '+1 −0, 4 here'],
  ['in', { type: 'members', members: [{}, {}] }, '2'],
  ['in', { type: 'typing', user: 'bo', on: true }, 'bo on'],
  ['in', { type: 'live', on: false }, 'paused'],
  ['in', { type: 'error', code: 'forbidden', message: 'not yours' }, 'forbidden: not yours'],
  ['in', { type: 'ack', id: 'a', duplicate: true }, 'duplicate'],
  ['in', { type: 'reset', reason: 'epoch' }, 'epoch'],
  ['out', { type: 'join', position: 'e:4:t' }, 'from e:4:t'],
  ['out', { type: 'signal', signal: 'cursor' }, 'cursor'],
  ['out', { type: 'typing', on: false }, 'off'],
  ['out', { type: 'presence', state: {} }, ''],
  ['in', { type: 'of a later version' }, ''],
] as const)('tells what %s %o is about', (way, frame, what) => {
  expect(describe(entry(way, JSON.stringify(frame)))).toMatchObject({ type: frame.type, what })
})

it('shows what it cannot read as it is', () => {
  expect(describe(entry('in', '<html>'))).toMatchObject({ type: 'unreadable', room: null, frame: '<html>' })
})

it('knows the room of a connection that serves one only', () => {
  const dedicated = newContext('/chat%3A1?v=1')
  expect(describe({ ...entry('out', '{"type":"typing","on":true}'), context: dedicated }).room).toBe('chat:1')
})

it('is not fooled by data that looks like a message', () => {
  const tricky = '{"type":"event","room":"chat:1","event":"message","data":{"type":"joined","room":"chat:1","position":"e:9:t"},"offset":1}'
  expect(nextContext(context, tricky)).toBe(context)
})
