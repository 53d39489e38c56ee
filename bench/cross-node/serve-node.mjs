import { setTimeout as delay } from 'node:timers/promises'
import { cpuMs, sharedClockMs } from '../clocks.mjs'
import { serveRounds } from '../tick-loop.mjs'
import { jsonCalls } from './json-calls.mjs'

/** A tick takes longer to be counted than on one node: more of them keep every process busy. */
const AHEAD = 8

/**
 * What both kinds of node do when told to: send rounds of ticks, send lone events, say what they used.
 *
 * @param {() => unknown} sendEvent sends the next event to the room
 * @param {number} eventsPerTick
 * @param {import('ioredis').Redis} redis for the bare round trips that lone events are compared with
 */
export function serveNode(sendEvent, eventsPerTick, redis) {
  serveRounds(() => { for (let n = 0; n < eventsPerTick; n++) sendEvent() }, AHEAD)
  process.on('message', (message) => {
    if (message.type === 'usage') process.send({ type: 'usage', cpuMs: cpuMs(), ...jsonCalls })
    if (message.type === 'lone') void sendLone(message)
  })

  /** One event every `everyMs`, and half-way to the next a bare `PING` of Redis. */
  async function sendLone({ count, everyMs }) {
    const sent = []
    const pings = []
    for (let n = 0; n < count; n++) {
      sent.push(sharedClockMs())
      sendEvent()
      await delay(everyMs / 2)
      const asked = sharedClockMs()
      await redis.ping()
      pings.push(sharedClockMs() - asked)
      await delay(Math.max(0, everyMs - (sharedClockMs() - sent[n])))
    }
    process.send({ type: 'lone', sent, pings })
  }
}
