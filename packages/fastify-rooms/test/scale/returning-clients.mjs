// Clients in a process of their own that resume from their position: all at once when they are told to, or when a server that closes said they may.
import { WebSocket } from 'ws'

/** Connections being made at the same time when they first join; afterwards all come at once. */
const AT_ONCE = 50
/** Pause before a client that was not let in tries again. */
const AGAIN_MS = 100
const BYE_DRAINING = 4200

const { ports, homes, rooms, tokens } = await new Promise((resolve) => process.once('message', resolve))

/** What each room's clients must come to; `null` while nobody waits for it. */
let wanted = null
let began = 0

class Client {
  at = null
  /** Counted since the last report. */
  missing = 0
  repeated = 0
  resets = 0
  goodbye = null
  backMs = null
  #socket = null
  #isDropped = false
  #hasMoved = false
  #joined = () => {}
  constructor(n) {
    this.room = rooms[n % rooms.length]
    this.token = tokens[n]
    // A room's clients are shared out among the first nodes.
    this.node = Math.floor(n / rooms.length) % homes
  }

  /** Resolves once it is in, however often it is refused before. */
  join() {
    return new Promise((resolve) => {
      this.#joined = resolve
      this.#connect()
    })
  }

  drop() {
    this.#isDropped = true
    this.#socket.terminate()
  }

  comeBack(nodes) {
    this.#isDropped = false
    this.node = nodes[this.node]
    this.#connect()
  }

  #connect() {
    const position = this.at === null ? '' : `?position=${this.at.epoch}:${this.at.offset}:${this.at.tag}`
    this.#socket = new WebSocket(`ws://127.0.0.1:${ports[this.node]}/ws/${encodeURIComponent(this.room)}${position}`, ['rooms.v1', `bearer.${this.token}`])
    this.#socket.on('error', () => {})
    this.#socket.on('message', (data) => {
      for (const line of data.toString().split('\n')) this.#take(JSON.parse(line))
    })
    this.#socket.on('close', () => this.#closed())
  }

  #closed() {
    if (this.#isDropped) return
    const isSent = this.goodbye !== null && !this.#hasMoved
    if (isSent) {
      // To another node, when the server said.
      this.#hasMoved = true
      this.node = (this.node + 1) % ports.length
    }
    setTimeout(() => this.#connect(), isSent ? this.goodbye.retryAfterMs : AGAIN_MS)
  }

  #take(frame) {
    switch (frame.type) {
      case 'joined':
        if (frame.recovered === false) this.resets++
        if (frame.recovered !== true) this.at = place(frame.position)
        this.#joined()
        break
      case 'reset':
        this.resets++
        this.at = place(frame.position)
        break
      case 'event':
        if (frame.offset <= this.at.offset) this.repeated++
        else this.missing += frame.offset - this.at.offset - 1
        this.at = { epoch: this.at.epoch, offset: frame.offset, tag: frame.tag }
        break
      case 'bye':
        if (frame.code === BYE_DRAINING) this.goodbye = frame
        break
      default: return
    }
    this.look()
  }

  /** Whether it is where it should be. */
  look() {
    if (wanted === null || this.backMs !== null || this.at.offset < wanted[this.room]) return
    this.backMs = performance.now() - began
    if (clients.every(({ backMs }) => backMs !== null)) report()
  }
}

function place(position) {
  const [epoch, offset, tag] = position.split(':')
  return { epoch, offset: Number(offset), tag }
}

function report() {
  wanted = null
  const sum = (count) => clients.reduce((total, client) => total + count(client), 0)
  const backMs = clients.map((client) => client.backMs).sort((a, b) => a - b)
  process.send({
    medianMs: backMs[backMs.length >> 1], p95Ms: backMs[Math.ceil(backMs.length * 0.95) - 1], lastMs: backMs.at(-1),
    missing: sum(({ missing }) => missing), repeated: sum(({ repeated }) => repeated), resets: sum(({ resets }) => resets),
    goodbyes: clients.flatMap(({ goodbye }) => (goodbye === null ? [] : [goodbye.retryAfterMs])),
  })
}

const clients = tokens.map((_, n) => new Client(n))
const left = [...clients]
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let client = left.shift(); client !== undefined; client = left.shift()) await client.join()
}))
process.on('message', ({ what, offsets, nodes }) => {
  if (what === 'drop') {
    for (const client of clients) client.drop()
    process.send({ dropped: true })
    return
  }
  wanted = offsets
  began = performance.now()
  // Who stayed may be there already.
  for (const client of clients) {
    if (what === 'come back') client.comeBack(nodes)
    else client.look()
  }
})
process.send({ joined: true })
