// The built demo as two nodes on one Redis and one database, until Ctrl-C. scripts/start-cluster.mjs prepares and starts this.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { servePglite } from '../apps/demo-api/dist/db/serve-pglite.js'
import { readSettings } from '../apps/demo-api/dist/settings.js'
import { freePort, startRedis } from './redis-server.mjs'
import { startService } from './service.mjs'

const FIRST_PORT = 3000
const LAST_PORT = 3048

/** Before anything else, so that Ctrl-C in the middle of a start still ends what was started. Under npm it arrives twice. */
const stopped = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.abort())

/** What ends each thing that was started, in the order of the starts. */
const ends = []
try {
  await Promise.race([run(), untilStopped()])
} catch (error) {
  process.exitCode = 1
  console.error(`\n${error.message}`)
  if (error.cause !== undefined) console.error(`  because: ${error.cause}`)
} finally {
  stopped.abort()
  // Nodes before what they stand on.
  for (const end of ends.toReversed()) await end()
}

/** Starts everything; fails when it cannot, or when no node is left. */
async function run() {
  process.stdout.write('  Starting Redis, the database and two nodes … ')
  const started = Date.now()
  const { secret, ...settings } = await readSettings(process.env)
  const ports = await twoPorts(settings)
  const redis = settings.redis === undefined ? await ownRedis() : null
  const database = await sharedDatabase(settings.database)
  const [left, right] = await twoNodes(ports, { ...process.env, REDIS_URL: settings.redis ?? redis.url, DATABASE_URL: database, JWT_SECRET: secret })
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`)
  console.log(`
${left.url}/?pane&second=${right.port}

Two people, each on a node of its own: on the left process ${left.pid} (port ${left.port}), on the right process ${right.pid} (port ${right.port}).
Redis is ${redis === null ? 'the one that REDIS_URL names' : `process ${redis.pid} (port ${redis.port})`}. End a process with kill -9 and see what happens; Ctrl-C ends everything.
`)
  void redis?.ended.then((how) => say(`Redis ended (${how}): live updates are paused until you start everything again.`))
  await Promise.all([reportEnd(left, right), reportEnd(right, left)])
  throw new Error('No node is left.')
}

async function untilStopped() {
  if (!stopped.signal.aborted) await once(stopped.signal, 'abort')
}

/** Ending is no news once everything ends. */
function say(news) {
  if (!stopped.signal.aborted) console.log(news)
}

async function reportEnd(node, other) {
  const how = await node.ended
  node.isGone = true
  say(`The ${node.side} node (port ${node.port}) ended (${how}).${other.isGone ? '' : ` The ${other.side} one goes on.`}`)
}

async function ownRedis() {
  const port = await freePort()
  stopped.signal.throwIfAborted()
  const redis = startRedis(port)
  ends.push(() => redis.stop())
  await redis.ready
  return redis
}

/** The address of a PostgreSQL server: the caller's, or the embedded database served from this process. */
async function sharedDatabase(location) {
  if (/^postgres(ql)?:/.test(location)) return location
  stopped.signal.throwIfAborted()
  const opening = servePglite(location, (error) => console.error(`The database failed: ${error}`))
  ends.push(async () => (await opening.catch(() => null))?.close())
  return (await opening).url
}

/** Both at the same time, as a deploy would. */
async function twoNodes(ports, env) {
  stopped.signal.throwIfAborted()
  const program = fileURLToPath(new URL('../apps/demo-api/dist/server.js', import.meta.url))
  const nodes = ['left', 'right'].map((side, index) => ({
    side,
    ...startService(`The ${side} node`, process.execPath, [program], { ready: /^http:/, env: { ...env, PORT: String(ports[index]) }, onLine: (line) => console.log(`${side}: ${line}`) }),
  }))
  ends.push(() => Promise.all(nodes.map((node) => node.stop())))
  return Promise.all(nodes.map(async (node) => {
    const url = await node.ready
    return { ...node, url, port: Number(new URL(url).port) }
  }))
}

/** PORT and the next one; without PORT the first two neighbours that are free. Port 0 lets each node choose. */
async function twoPorts({ port, host }) {
  if (port !== undefined) return port === 0 ? [0, 0] : [port, port + 1]
  for (let next = FIRST_PORT; next <= LAST_PORT; next++) if (await isFree(host, next) && await isFree(host, next + 1)) return [next, next + 1]
  throw new Error(`From port ${FIRST_PORT} to ${LAST_PORT + 1} no two neighbours are free. Set PORT to a free one whose next one is free too.`)
}

async function isFree(host, port) {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
