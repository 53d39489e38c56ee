// The example's server, which kills itself around a send. It prints what became of each send.
import { buildApp } from '../server/app.js'

const { DATA_DIR = '', REDIS_URL, DIES } = process.env
const app = await buildApp({ folder: DATA_DIR, secret: 'a secret of the tests, long enough', redis: REDIS_URL })

const send = app.rooms.send.bind(app.rooms)
const die = () => process.kill(process.pid, 'SIGKILL')
app.rooms.send = async (...args) => {
  if (DIES === 'before the send') die()
  const sent = await send(...args)
  console.log(sent.duplicate ? 'sent again' : 'sent')
  if (DIES === 'after the send') die()
  return sent
}
console.log(await app.listen({ port: 0 }))
process.on('SIGTERM', () => void app.close())
