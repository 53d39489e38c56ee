import { inTurns } from '../in-turns.mjs'
import { measure } from '../fan-out/measure.mjs'
import { median } from '../statistics.mjs'
import { chart } from './chart.mjs'
import { idleRooms } from './idle-rooms.mjs'
import { measureRooms } from './many-rooms.mjs'

const BURST = 20
/** A delivery may cost this much more in the largest setting than in the middle one before growth is called worse than linear. */
const FLAT = 2
/** Where 10,000 people come within seconds, telling each of each would be 100 million pieces of news. */
const FULL_PRESENCE = 1_000

/** What a delivery costs as a room, and the number of rooms, grow. */
export const growth = {
  name: 'growth',
  title: 'Growth',
  async run({ scale, rounds, flags }) {
    const sizes = {}
    for (const members of scale.growth) sizes[members] = await grown(members, scale.roundMs, rounds, flags)
    const many = {}
    for (const count of scale.rooms) many[count] = await measureRooms(count, { ms: scale.roundMs, times: rounds })
    const memberRows = Object.entries(sizes).map(([members, { burst, lone }]) => ({ peer: `members-${members}`, name: `${Number(members).toLocaleString('en')} members`, rounds: burst.map((each, n) => ({ cpuUs: each.cpuUs, loneUs: lone[n].cpuUs, bytes: each.bytes })) }))
    const roomRows = Object.entries(many).map(([count, rounds]) => ({ peer: `rooms-${count}`, name: `${Number(count).toLocaleString('en')} rooms`, rounds }))
    const idle = await inTurns(['rooms', 'rooms-redis'], rounds, (key) => idleRooms(key, scale.rooms.at(-1), scale.steadyMs))
    return {
      load: `one room of ${scale.growth.join(', ')} members (over ${FULL_PRESENCE} with presence: count); then ${scale.rooms.join(', ')} rooms of 10 members each, sent to in turn, each connection in as many of them as limits.rooms allows`,
      columns: [{ key: 'loneUs', title: 'CPU µs/delivery, one event a tick', digits: 2, spread: true }, { key: 'cpuUs', title: `${BURST} events a tick`, digits: 2, spread: true }],
      rows: memberRows,
      picture: { file: 'growth.svg', text: 'CPU per delivery over members and rooms' },
      files: {
        'growth.svg': chart([
          { title: 'members in one room', lines: [{ name: 'one event a tick', points: points(memberRows, 'loneUs') }, { name: `${BURST} events a tick`, points: points(memberRows, 'cpuUs') }] },
          { title: 'rooms of 10 members, one event a tick', lines: [{ name: 'in turn', points: points(roomRows, 'cpuUs') }] },
        ]),
      },
      more: [
        { title: 'Rooms of 10 members, one event a tick', columns: [{ key: 'cpuUs', title: 'CPU µs/delivery', digits: 2, spread: true }], rows: roomRows },
        { title: 'A room that is held and idle', columns: [{ key: 'roomUs', title: 'CPU µs/s a room', digits: 2 }, { key: 'redisUs', title: 'Redis, CPU µs/s a room', digits: 2 }, { key: 'rooms', title: 'rooms', digits: 0 }], rows: idle },
      ],
    }
  },
  targets: [
    { ours: `members-10000`, peer: 'members-1000', metric: 'loneUs', atMost: FLAT, what: 'times the CPU of a delivery, from 1,000 to 10,000 members, one event a tick' },
    { ours: `members-10000`, peer: 'members-1000', metric: 'cpuUs', atMost: FLAT, what: `times the CPU of a delivery, from 1,000 to 10,000 members, ${BURST} events a tick` },
  ],
}

/** Both kinds of tick, each with the same members for all its rounds. */
async function grown(members, ms, times, flags) {
  const load = { groups: [{ room: 'chat:bench', count: members }], ms, times, quietMs: members > 1_000 ? 2_500 : 500, flags: flags('rooms') }
  // Few members are counted soon: more ticks on their way keep the server busy with sending, not with waiting.
  const ahead = Math.max(4, Math.ceil(400 / members))
  const peer = members > FULL_PRESENCE ? 'rooms-count' : 'rooms'
  const lone = await measure(peer, { ...load, ahead, eventsPerTick: 1 })
  const burst = await measure(peer, { ...load, ahead, eventsPerTick: BURST })
  process.stdout.write(`  ${members} members: ${median(lone.map((each) => each.cpuUs)).toFixed(2)} and ${median(burst.map((each) => each.cpuUs)).toFixed(2)} CPU µs/delivery\n`)
  return { lone, burst }
}

function points(rows, key) {
  return rows.map(({ peer, rounds }) => ({ x: Number(peer.slice(peer.indexOf('-') + 1)), y: median(rounds.map((round) => round[key])) }))
}
