import { expect, test } from 'vitest'
import { RoomsError } from '../src/index.js'

test('a RoomsError is an Error with a stable code, a name and the cure', () => {
  const error = new RoomsError('ROOMS_BAD_ROOM_NAME', 'pass an id')
  expect(error).toBeInstanceOf(Error)
  expect({ name: error.name, code: error.code, message: error.message }).toEqual({ name: 'RoomsError', code: 'ROOMS_BAD_ROOM_NAME', message: 'pass an id' })
  expect(String(error)).toBe('RoomsError: pass an id')
})
