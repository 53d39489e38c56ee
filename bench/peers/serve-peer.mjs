import { setTimeout as delay } from 'node:timers/promises'
import { writeHeapSnapshot } from 'node:v8'
import { cpuMs, sharedClockMs } from '../clocks.mjs'
import { eventData } from '../event-data.mjs'
import { serveRounds } from '../tick-loop.mjs'

/**
 * What every peer's server does when told to: sends rounds of ticks, sends at a fixed rate, says what it used.
 *
 * @param {{ eventsPerTick?: number, rooms?: readonly string[] }} setup
 * @param {(room: string, data: object) => unknown} send sends one event to all members of a room
 */
export function servePeer({ eventsPerTick = 1, rooms = [] }, send) {
  let sent = 0
  serveRounds(() => {
    for (let n = 0; n < eventsPerTick; n++) {
      send(rooms[sent % rooms.length], eventData(sent))
      sent++
    }
  })
  process.on('message', (message) => {
    switch (message.type) {
      case 'usage': return process.send({ type: 'usage', cpuMs: cpuMs() })
      case 'collect': return void collect()
      case 'snapshot': return process.send({ type: 'snapshot', path: writeHeapSnapshot(message.path) })
      case 'steady': return void steady(message)
      case 'send': {
        for (let n = 0; n < message.count; n++) for (const room of rooms) send(room, eventData(sent++))
        return process.send({ type: 'send' })
      }
    }
  })

  /** Twice, with a turn between: what the first one lets go of may hold more. */
  async function collect() {
    for (let time = 0; time < 2; time++) {
      if (globalThis.Bun !== undefined) globalThis.Bun.gc(true)
      else globalThis.gc?.()
      await delay(100)
    }
    process.send({ type: 'collect', memory: process.memoryUsage() })
  }

  /**
   * Lone events in the first room and bursts in the second, each by a clock of its own. An event that leaves late,
   * because the bursts hold the event loop, counts from when it was due.
   */
  async function steady({ count, everyMs, burst, burstEveryMs }) {
    const due = []
    const cpu = cpuMs()
    const began = sharedClockMs()
    let bursts = 0
    while (due.length < count) {
      const next = Math.min(began + due.length * everyMs, began + (bursts + 0.5) * burstEveryMs)
      const wait = next - sharedClockMs()
      if (wait > 0) await delay(Math.ceil(wait))
      while (due.length < count && began + due.length * everyMs <= sharedClockMs()) {
        due.push(began + due.length * everyMs)
        send(rooms[0], eventData(sent++))
      }
      if (began + (bursts + 0.5) * burstEveryMs > sharedClockMs()) continue
      bursts++
      for (let n = 0; n < burst; n++) send(rooms[1], eventData(sent++))
    }
    process.send({ type: 'steady', due, bursts, cpuMs: cpuMs() - cpu, ms: sharedClockMs() - began })
  }
}
