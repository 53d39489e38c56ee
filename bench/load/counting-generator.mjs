// The load generator of fan-outs: members that count what arrives.
import { once } from 'node:events'
import { cpuMs, sharedClockMs } from '../clocks.mjs'
import { Crowd } from './crowd.mjs'

/** `arriving` is how many objects of a tick arrive at all members together. */
const [{ quietMs = 500, arriving, ...setup }] = await once(process, 'message')

const crowd = await Crowd.connect(setup)
await crowd.quiet(quietMs)

const start = new Map(crowd.clients.map(({ counter }) => [counter, { objects: counter.objects, frames: counter.frames, bytes: counter.bytes }]))
const counted = { total: 0, ticks: 0, reporting: false }
for (const client of crowd.clients) {
  let objects = client.counter.objects
  client.onData = () => {
    counted.total += client.counter.objects - objects
    objects = client.counter.objects
    crowd.lastArrival = performance.now()
    if (counted.reporting) return
    counted.reporting = true
    setImmediate(report)
  }
}
process.on('message', async ({ type, group }) => {
  switch (type) {
    case 'usage': return process.send({ type, cpuMs: cpuMs() })
    case 'note arrivals': return noteArrivals(crowd.groups[group])
    case 'report': {
      await crowd.quiet(quietMs)
      return process.send({ type, groups: crowd.groups.map(received) })
    }
  }
})
process.once('disconnect', () => process.exit())
process.send({ type: 'ready', joinMs: crowd.joinMs })

/** Tells how many whole ticks arrived: the server sends only so far ahead of it. */
function report() {
  counted.reporting = false
  const ticks = Math.floor(counted.total / arriving)
  if (ticks === counted.ticks) return
  counted.ticks = ticks
  process.send({ type: 'ticks', ticks })
}

function received(clients) {
  const since = clients.map(({ counter }) => {
    const { objects, frames, bytes } = start.get(counter)
    return { objects: counter.objects - objects, frames: counter.frames - frames, bytes: counter.bytes - bytes }
  })
  const sum = (field) => since.reduce((all, each) => all + each[field], 0)
  const objects = since.map((each) => each.objects)
  return { least: Math.min(...objects), most: Math.max(...objects), objects: sum('objects'), frames: sum('frames'), bytes: sum('bytes') }
}

/** When each object came to each member of a group, until it is asked for. */
function noteArrivals(clients) {
  const arrivals = clients.map((client) => {
    const times = []
    let objects = client.counter.objects
    const { onData } = client
    client.onData = () => {
      const now = sharedClockMs()
      for (; objects < client.counter.objects; objects++) times.push(now)
      onData()
    }
    return times
  })
  process.on('message', async ({ type }) => {
    if (type !== 'arrivals') return
    await crowd.quiet(quietMs)
    process.send({ type, arrivals })
  })
  process.send({ type: 'note arrivals' })
}
