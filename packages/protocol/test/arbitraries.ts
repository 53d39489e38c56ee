import * as fc from 'fast-check'
import type { ClientFrame, Position } from '../src/index.js'

/** JSON values that survive a round trip as they are and that the door takes: no -0, no forbidden key. */
export const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !/"(__proto__|constructor)":/.test(JSON.stringify(value)))

/** UTF-16 units at random, halves of surrogate pairs included. */
export const wildText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

export const room = fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}(:[A-Za-z0-9_.~:-]{1,128})?$/)
export const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/)

export const position: fc.Arbitrary<Position> = fc.tuple(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/),
  fc.oneof(fc.nat(9), fc.maxSafeNat()),
  fc.stringMatching(/^[A-Za-z0-9_-]{8}$/),
).map(([epoch, offset, tag]) => ({ epoch, offset, tag: offset === 0 ? '-' : tag }))

const name = fc.oneof(fc.string({ minLength: 1, maxLength: 128 }), wildText.filter((text) => text !== '').map((text) => text.slice(0, 128)))

/** Valid frames, one arbitrary per type: a new type does not compile without one. */
export const clientFrames: { readonly [T in ClientFrame['type']]: fc.Arbitrary<Extract<ClientFrame, { type: T }>> } = {
  join: fc.record({ type: fc.constant('join'), room, position: fc.oneof(fc.string(), wildText), rewind: fc.maxSafeNat(), state: json }, { requiredKeys: ['type', 'room'], noNullPrototype: true }),
  leave: fc.record({ type: fc.constant('leave'), room }, { noNullPrototype: true }),
  publish: fc.record({ type: fc.constant('publish'), event: name, data: json, room, id, trace: fc.string({ maxLength: 512 }) }, { requiredKeys: ['type', 'event', 'data'], noNullPrototype: true }),
  signal: fc.record({ type: fc.constant('signal'), signal: name, data: json, room }, { requiredKeys: ['type', 'signal', 'data'], noNullPrototype: true }),
  typing: fc.record({ type: fc.constant('typing'), on: fc.boolean(), room }, { requiredKeys: ['type', 'on'], noNullPrototype: true }),
  presence: fc.record({ type: fc.constant('presence'), state: json, room }, { requiredKeys: ['type', 'state'], noNullPrototype: true }),
  members: fc.record({ type: fc.constant('members'), room, after: fc.string({ maxLength: 128 }) }, { requiredKeys: ['type'], noNullPrototype: true }),
  auth: fc.record({ type: fc.constant('auth'), token: fc.string({ minLength: 1 }), id }, { requiredKeys: ['type', 'token'], noNullPrototype: true }),
  ping: fc.record({ type: fc.constant('ping') }, { noNullPrototype: true }),
  pong: fc.record({ type: fc.constant('pong') }, { noNullPrototype: true }),
}
export const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(...Object.values(clientFrames))
