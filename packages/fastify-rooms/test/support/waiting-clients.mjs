// Opens event streams and polls that wait: arguments are the port and how many of each. Says when all have joined, and in the end how many were told goodbye.
import { Agent, get, request } from 'node:http'

const [port, each] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
const goodbyes = { streams: 0, polls: 0 }
let open = 2 * each

function ended() {
  if (--open === 0) process.send(goodbyes)
}
function stream(n) {
  return new Promise((resolve, reject) => {
    get({ port, path: '/sse/lobby', headers: { authorization: `Bearer stream-${n}` }, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (text) => {
        if (text.includes('event: joined')) resolve()
        if (text.includes('event: bye')) goodbyes.streams++
      })
      response.on('error', () => {}).on('close', ended)
    }).on('error', reject)
  })
}
function ask(n, body) {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path: '/poll', method: 'POST', agent, headers: { 'content-type': 'application/json', authorization: `Bearer poll-${n}` } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk }).on('end', () => resolve(JSON.parse(text)))
    })
    sent.on('error', reject).end(JSON.stringify(body))
  })
}
async function poll(n) {
  const { positions, presence, connection } = await ask(n, { rooms: { quiet: null } })
  return async () => {
    const { messages } = await ask(n, { rooms: positions, presence, connection, waitMs: 30_000 })
    if (messages.at(-1)?.type === 'bye') goodbyes.polls++
    ended()
  }
}

const numbers = Array.from({ length: each }, (_, n) => n)
await Promise.all(numbers.map(stream))
const waits = await Promise.all(numbers.map(poll))
process.send('joined')
for (const wait of waits) void wait()
