// What the tests' nodes ask of their broker: again while it is away, as on a machine that stalls.
import { setTimeout as pause } from 'node:timers/promises'

const AGAIN_MS = 20

export async function answered(ask) {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (error.code !== 'FST_ROOMS_UNAVAILABLE') throw error
      await pause(AGAIN_MS)
    }
  }
}

/** Everybody in a room, page by page. */
export async function membersOf(rooms, room) {
  const members = []
  const next = () => answered(() => rooms.members(room, { after: members.at(-1)?.user }))
  for (let page = await next(); page.length > 0; page = await next()) members.push(...page)
  return members
}
