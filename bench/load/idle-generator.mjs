// The load generator of idle members: they come, and then do nothing but read.
import { once } from 'node:events'
import { Crowd } from './crowd.mjs'

const [{ quietMs = 500, ...setup }] = await once(process, 'message')

const crowd = await Crowd.connect(setup)
await crowd.quiet(quietMs)
process.once('disconnect', () => process.exit())
process.send({ type: 'ready', joinMs: crowd.joinMs })
