// The load generator of a herd: everyone is cut off at once, and everyone comes back at once and must get what was missed.
import { once } from 'node:events'
import { cpuMs } from '../clocks.mjs'
import { peers } from '../peers/peers.mjs'
import { Crowd } from './crowd.mjs'
import { RawClient } from './raw-client.mjs'

const [{ quietMs = 1_000, peer, port, groups }] = await once(process, 'message')

/** What each client was told last: who it is and where it stood, as far as its peer says such things. */
const said = new Map()
const members = groups.flatMap(({ room, count }) => Array.from({ length: count }, (_, n) => ({ room, address: peers[peer].address(room, `${room.slice(room.indexOf(':') + 1)}-${n}`) })))
const crowd = await Crowd.connect({ port, groups, addresses: members.map(({ address }) => address) })
await crowd.quiet(quietMs)
for (const client of crowd.clients) client.onData = (chunk) => { said.set(client, (said.get(client) ?? '') + chunk.toString('latin1')) }

process.on('message', async (message) => {
  switch (message.type) {
    case 'quiet': {
      await crowd.quiet(quietMs)
      return process.send({ type: 'quiet' })
    }
    case 'cut': {
      for (const client of crowd.clients) client.cut()
      return process.send({ type: 'cut' })
    }
    case 'resume': return process.send({ type: 'resume', ...(await resume(message)) })
  }
})
process.once('disconnect', () => process.exit())
process.send({ type: 'ready' })

/** Resolves when the last client has all of it. */
async function resume({ missed, positions }) {
  const back = crowd.clients.map((client, n) => peers[peer].resume(members[n].address, { said: client.greeting + said.get(client), position: positions[members[n].room] }))
  const cpu = cpuMs()
  const started = performance.now()
  const caught = await Promise.all(back.map((address) => comeBack(address, missed, started)))
  const times = caught.map(({ ms }) => ms)
  const events = caught.map(({ got }) => got)
  return { ms: Math.max(...times), medianMs: times.sort((a, b) => a - b)[times.length >> 1], least: Math.min(...events), most: Math.max(...events), generatorCpuMs: cpuMs() - cpu }
}

async function comeBack(address, missed, started) {
  const client = new RawClient()
  const whole = new Promise((resolve) => {
    let text = ''
    client.onData = (chunk) => {
      text += chunk.toString('latin1')
      if (client.counter.objects < address.objects + missed) return
      const got = text.split('"author"').length - 1
      if (got >= missed) resolve({ ms: performance.now() - started, got })
    }
  })
  await client.open(port, address)
  return whole
}
