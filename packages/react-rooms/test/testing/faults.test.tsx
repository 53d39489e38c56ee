// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { UnauthorizedError } from '../../src/index.js'
import { backwardsTwice } from '../../src/testing/faults.js'
import { liveChat, useMockRooms } from './chat.js'

const mock = useMockRooms()

describe('a lost connection', () => {
  it('comes back, and what was missed is replayed', async () => {
    const rooms = mock()
    const { text, send } = await liveChat(rooms)
    send('before')
    await rooms.flush()
    rooms.drop()
    await rooms.flush()
    expect([text('status'), text('connection'), rooms.open]).toEqual(['catching-up', 'reconnecting', 0])
    send('missed')
    await rooms.flush()
    expect(text('lines')).toBe('1:before')
    await rooms.advance(1_000)
    expect([text('status'), text('connection'), text('lines'), rooms.opened]).toEqual(['live', 'connected', '1:before 2r:missed', 2])
    expect(rooms.received('join')[1]).toMatchObject({ position: expect.stringMatching(/^mock1:1:/) })
  })

  it('says that something was missed when the server forgot', async () => {
    const rooms = mock()
    const { text, send, room } = await liveChat(rooms)
    send('before')
    await rooms.flush()
    rooms.drop()
    room.forget('trimmed')
    send('anew')
    await rooms.advance(1_000)
    expect(text('lines')).toBe('1:before reset trimmed')
  })

  it('may not read what it missed where the history is not granted', async () => {
    const rooms = mock()
    rooms.room('chat:1').grant({ history: false })
    const { text, send } = await liveChat(rooms)
    send('before')
    rooms.drop()
    send('missed')
    await rooms.advance(1_000)
    expect(text('lines')).toBe('1:before reset forbidden')
  })

  it('stays away while the server is down, and is lost after five seconds', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    rooms.down()
    await rooms.advance(4_999)
    expect(text('connection')).toBe('reconnecting')
    await rooms.advance(1)
    expect(text('connection')).toBe('reconnecting lost')
    expect(rooms.opened).toBeGreaterThan(2)
    rooms.up()
    await rooms.advance(20_000)
    expect(text('connection')).toBe('connected')
  })

  it.each([
    [4010, 'closed', 1], [4200, 'connected', 2], [1006, 'connected', 2], [1008, 'closed', 1],
  ])('does what the code %i says: %s', async (code, status, opened) => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    rooms.drop(code)
    await rooms.advance(1_000)
    expect([text('connection')?.split(' ')[0], rooms.opened]).toEqual([status, opened])
  })

  it('comes back when the server says', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    rooms.drop(4200, { retryAfterMs: 3_000 })
    await rooms.advance(2_999)
    expect(text('connection')).toBe('reconnecting')
    await rooms.advance(1)
    expect(text('connection')).toBe('connected')
  })

  it('is noticed when it dies without a word', async () => {
    const rooms = mock()
    const { text, send } = await liveChat(rooms)
    rooms.halfOpen()
    send('unheard')
    await rooms.advance(34_000)
    expect([text('connection'), text('lines'), rooms.opened, rooms.open]).toEqual(['connected', '', 1, 0])
    await rooms.advance(2_000)
    expect([text('connection'), text('lines'), rooms.opened, rooms.open]).toEqual(['connected', '1r:unheard', 2, 1])
    expect(rooms.room('chat:1').members()).toEqual([expect.objectContaining({ user: 'ana', connections: 1 })])
  })

  it('does not end because nothing happens', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    await rooms.advance(600_000)
    expect([text('connection'), rooms.opened]).toEqual(['connected', 1])
  })
})

describe('a stream', () => {
  it('with a gap is joined again, and whole', async () => {
    const rooms = mock()
    const { text, send } = await liveChat(rooms)
    rooms.skipOffsets(2)
    for (const line of ['a', 'b', 'c']) send(line)
    await rooms.flush()
    expect([text('lines'), text('status')]).toEqual(['', 'live'])
    await rooms.advance(250)
    expect([text('lines'), text('status'), rooms.opened]).toEqual(['1r:a 2r:b 3r:c', 'live', 1])
  })

  it('out of order and doubled is in order, each once', async () => {
    const rooms = mock()
    const { text, send } = await liveChat(rooms)
    expect(backwardsTwice(['a', 'b', 'c'])).toEqual(['c', 'c', 'b', 'b', 'a', 'a'])
    rooms.reorder()
    for (const line of ['a', 'b', 'c']) send(line)
    await rooms.flush()
    expect(text('lines')).toBe('1:a 2:b 3:c')
    const sent: number[] = []
    rooms.reorder((frames) => {
      sent.push(frames.length)
      return frames.slice(1)
    })
    send('lost')
    send('e')
    await rooms.flush()
    expect([text('lines'), sent]).toEqual(['1:a 2:b 3:c', [2]])
    await rooms.advance(250)
    expect(text('lines')).toBe('1:a 2:b 3:c 4r:lost 5r:e')
  })

  it('pauses and resumes', async () => {
    const rooms = mock()
    const { text, send, room } = await liveChat(rooms)
    room.pause()
    send('held back')
    await rooms.flush()
    expect([text('status'), text('lines')]).toEqual(['paused', ''])
    await expect(rooms.client.room('chat:1').publish('message', {})).rejects.toMatchObject({ code: 'unavailable' })
    room.resume()
    await rooms.flush()
    expect([text('status'), text('lines')]).toEqual(['live', '1:held back'])
  })

  it('is reset with a reason', async () => {
    const rooms = mock()
    const { text, send, room } = await liveChat(rooms)
    send('before')
    room.reset('fork')
    send('after')
    await rooms.flush()
    expect(text('lines')).toBe('1:before reset fork 1:after')
  })

  it('moves on without what this connection did itself', async () => {
    const rooms = mock()
    const { text, room, send } = await liveChat(rooms)
    room.send('message', { text: 'mine' }, { except: rooms.client.room('chat:1').connectionId(), id: 'a' })
    send('theirs')
    await rooms.flush()
    expect(text('lines')).toBe('2:theirs')
  })
})

describe('a room', () => {
  it('refuses, and lets in again', async () => {
    const rooms = mock()
    rooms.room('chat:1').refuse()
    const { text, room } = await liveChat(rooms)
    expect([text('status'), text('connection')]).toEqual(['refused', 'connected'])
    room.allow()
    await act(async () => rooms.client.retryNow())
    await rooms.flush()
    expect(text('status')).toBe('live')
  })

  it('sends away who is in it', async () => {
    const rooms = mock()
    const { text, room } = await liveChat(rooms)
    room.refuse()
    await rooms.flush()
    expect([text('status'), room.members()]).toEqual(['refused', []])
  })

  it('on a connection of its own is joined, resumed and refused by its address', async () => {
    const rooms = mock({ share: false })
    const { text, room, send } = await liveChat(rooms)
    send('one')
    rooms.drop()
    send('two')
    await rooms.advance(1_000)
    expect([text('status'), text('lines'), rooms.received('join')]).toEqual(['live', '1:one 2r:two', []])
    room.refuse()
    await rooms.flush()
    expect([text('status'), rooms.open]).toEqual(['refused', 0])
  })
})

describe('a token', () => {
  it('that expired is replaced by a new one', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    rooms.expireToken()
    await rooms.flush()
    expect([text('connection'), rooms.tokensAsked, rooms.opened]).toEqual(['connected', ['initial', 'refused'], 2])
  })

  it('that stays the same is refused again, and that is the end', async () => {
    const rooms = mock({ getToken: () => 'the only one' })
    const { text } = await liveChat(rooms)
    rooms.expireToken()
    await rooms.flush()
    expect([text('connection'), rooms.tokensAsked]).toEqual(['unauthorized lost', ['initial', 'refused']])
  })

  it('that nobody has stops the client', async () => {
    const rooms = mock({ getToken: () => { throw new UnauthorizedError() } })
    const { text } = await liveChat(rooms)
    expect([text('connection'), rooms.opened]).toEqual(['unauthorized lost', 0])
  })

  it('is renewed before the session ends, on the same connection', async () => {
    const rooms = mock({ expiresInMs: 120_000 })
    const { text } = await liveChat(rooms)
    await rooms.advance(300_000)
    expect([text('connection'), rooms.opened, new Set(rooms.tokensAsked), rooms.received('auth').length]).toEqual(['connected', 1, new Set(['initial', 'expiring']), 3])
  })

  it('that is not renewed in time ends the session', async () => {
    const rooms = mock({ expiresInMs: 60_000, getToken: ({ reason }) => (reason === 'expiring' ? Promise.reject(new Error('offline')) : `for ${reason}`) })
    const { text } = await liveChat(rooms)
    await rooms.advance(61_000)
    expect([text('connection'), rooms.opened, rooms.tokensAsked.at(-1)]).toEqual(['connected', 2, 'refused'])
  })

  it('of another user clears what was', async () => {
    const rooms = mock({ user: (token) => (token === 'token-1' ? 'ana' : 'bo') })
    const { text, send } = await liveChat(rooms)
    send('for ana')
    rooms.drop()
    await rooms.advance(1_000)
    expect([text('here'), text('lines')]).toEqual(['bo of 1', '1:for ana reset user'])
  })
})
