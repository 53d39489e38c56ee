import { describe, expect, test } from 'vitest'
import { type AskedRoom, readPollBody, readPollQuery } from '../src/poll-request.js'

const asked: AskedRoom = { position: null, told: null, isNew: false, rewind: undefined }

describe('the body of a poll', () => {
  test('names rooms with their places, and has defaults for the rest', () => {
    expect(readPollBody({ rooms: { 'chat:1': null, lobby: 'e:1:aaaaaaaa' } }, 5)).toEqual({
      ok: true, ask: { rooms: new Map<string, AskedRoom>([['chat:1', asked], ['lobby', { ...asked, position: 'e:1:aaaaaaaa' }]]), connection: undefined, waitMs: 25_000 },
    })
  })
  test('may repeat what it was told: a room left out of that is new to it', () => {
    expect(readPollBody({ rooms: { a: 'x', b: 'y' }, presence: { a: 7 }, rewind: { b: 3 }, connection: 'c', waitMs: 0, v: 1 }, 5)).toEqual({
      ok: true, ask: { rooms: new Map([['a', { ...asked, position: 'x', told: 7 }], ['b', { ...asked, position: 'y', isNew: true, rewind: 3 }]]), connection: 'c', waitMs: 0 },
    })
  })
  test('waits 30 s at most', () => {
    expect(readPollBody({ rooms: {}, waitMs: 10 ** 9 }, 5)).toMatchObject({ ask: { waitMs: 30_000 } })
    expect(readPollQuery('a', { waitMs: '1000000' })).toMatchObject({ ask: { waitMs: 30_000 } })
  })
  test.each([
    ['nothing', undefined, 'send a JSON object'],
    ['null', null, 'send a JSON object'],
    ['a list', [], 'send a JSON object'],
    ['no rooms', {}, "'rooms' expects an object"],
    ['a list of rooms', { rooms: ['chat:1'] }, "'rooms' expects an object"],
    ['too many rooms', { rooms: Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`r:${n}`, null])) }, 'at most 5 rooms (limits.rooms), but got 6'],
    ['a name that is none', { rooms: { '../x': null } }, 'but got "../x"'],
    ['the control stream', { rooms: { '!control': null } }, 'room names'],
    ['a place that is a number', { rooms: { a: 5 } }, "a position or null for 'a'"],
    ['a connection that is a number', { rooms: {}, connection: 5 }, "'connection' expects"],
    ['presence that is a number', { rooms: {}, presence: 5 }, "'presence' expects an object"],
    ['presence below zero', { rooms: { a: null }, presence: { a: -1 } }, "'presence' expects a whole number for 'a'"],
    ['rewind that is a text', { rooms: { a: null }, rewind: { a: '5' } }, "'rewind' expects a whole number"],
    ['a wait that is a text', { rooms: {}, waitMs: '5' }, "'waitMs' expects"],
    ['a wait below zero', { rooms: {}, waitMs: -1 }, "'waitMs' expects"],
    ['a wait that is no whole number', { rooms: {}, waitMs: 1.5 }, "'waitMs' expects"],
  ])('%s is refused, saying what is expected', (_, body, message) => {
    expect(readPollBody(body, 5)).toEqual({ ok: false, message: expect.stringContaining(message) })
  })
})

describe('the query of a poll', () => {
  test('says the same of one room', () => {
    expect(readPollQuery('a', { position: 'x', presence: '7', rewind: '2', connection: 'c', waitMs: '10', token: 't' })).toEqual({
      ok: true, ask: { rooms: new Map([['a', { position: 'x', told: 7, isNew: false, rewind: 2 }]]), connection: 'c', waitMs: 10 },
    })
    for (const none of [{}, { position: '' }]) expect(readPollQuery('a', none)).toEqual({ ok: true, ask: { rooms: new Map([['a', asked]]), connection: undefined, waitMs: 25_000 } })
  })
  test.each([
    [{ position: ['a', 'b'] }, 'position'], [{ connection: ['a', 'b'] }, 'connection'], [{ presence: 'x' }, 'presence'], [{ presence: ['1', '2'] }, 'presence'], [{ rewind: '-1' }, 'rewind'], [{ waitMs: '1e3' }, 'waitMs'], [{ waitMs: '' }, 'waitMs'],
  ])('%j is refused', (query, name) => {
    expect(readPollQuery('a', query)).toEqual({ ok: false, message: expect.stringContaining(`'${name}'`) })
  })
})
