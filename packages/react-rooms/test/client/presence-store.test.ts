import fc from 'fast-check'
import { foldPresence, type Member, type PresenceFrame } from 'rooms-protocol'
import { expect, it } from 'vitest'
import { createPresence } from '../../src/client/presence-store.js'

const user = fc.constantFrom('ana', 'bo', 'cy', 'dee')
const members = fc.uniqueArray(user.chain((name) => fc.nat(9).map((state): Member => ({ user: name, info: {}, state, connections: 1, since: 0 }))), { selector: (member) => member.user })
const diffs = fc.array(fc.record({ left: fc.uniqueArray(user), joined: members, changed: members, snapshot: fc.boolean() }))

it('folds presence as rooms-protocol does', () => {
  fc.assert(fc.property(members, diffs, (first, frames) => {
    const presence = createPresence(() => {}, () => 'ana')
    presence.receive({
      type: 'joined', room: 'r', position: 'E:0:-', replay: 0, members: first, size: first.length, typing: [], grants: { publish: [], signal: [], presence: true, history: true },
    })
    let folded: ReadonlyMap<string, Member> = new Map(first.map((member) => [member.user, member]))
    for (const diff of frames) {
      const frame: PresenceFrame = { type: 'presence', room: 'r', size: 0, ...diff }
      presence.receive(frame)
      folded = foldPresence(folded, frame)
      expect(presence.get().members).toEqual([...folded.values()])
    }
  }))
})
