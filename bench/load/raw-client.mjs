import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { FrameCounter } from '../frame-counter.mjs'
import { BlockCounter } from './block-counter.mjs'
import { maskedFrame } from './masked-frame.mjs'

const END_OF_HEAD = '\r\n\r\n'
/** How much of what came last is shown when a server closes a connection. */
const SAID_BYTES = 300

/**
 * A client of a WebSocket, or an event stream, that decodes nothing: it counts what arrives, so that the server and not
 * its clients is what a round measures.
 */
export class RawClient {
  counter = new FrameCounter()
  /** What the server said until the client was a member. */
  greeting = ''
  /** Called with each chunk after the handshake, once it is counted. */
  onData = () => {}
  /** A close that nobody asked for ends the benchmark. */
  onClosed = (error) => { throw error }
  #socket
  #newest = Buffer.alloc(0)
  #objects
  #joined = null

  /**
   * Resolves when the server has said as many objects as make a member.
   *
   * @param {number} port
   * @param {{ path: string, protocol?: string, hello?: string, stream?: string, objects: number }} address of `peers`; `stream` is the Authorization of an event stream
   */
  open(port, { path, protocol, hello, stream, objects }) {
    this.#objects = objects
    if (stream !== undefined) this.counter = new BlockCounter()
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const fields = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...(stream === undefined ? upgrade(protocol) : ['Accept: text/event-stream', `Authorization: ${stream}`])]
    this.#socket.write(fields.join('\r\n') + END_OF_HEAD)
    return new Promise((resolve, reject) => {
      this.#joined = resolve
      let answer = Buffer.alloc(0)
      const read = (chunk) => {
        answer = Buffer.concat([answer, chunk])
        const end = answer.indexOf(END_OF_HEAD)
        if (end === -1) return
        if (!answer.toString('latin1', 0, 12).startsWith(stream === undefined ? 'HTTP/1.1 101' : 'HTTP/1.1 200')) return reject(new Error(`the server refused: ${answer.toString('latin1', 0, SAID_BYTES)}`))
        this.#socket.off('data', read)
        this.#socket.on('data', (data) => this.#take(data))
        if (hello !== undefined) this.send(hello)
        this.#take(answer.subarray(end + END_OF_HEAD.length))
      }
      this.#socket.on('data', read)
      this.#socket.once('error', reject)
      this.#socket.once('close', () => {
        const error = new Error(`the server closed a connection, saying ${this.#newest.toString('latin1').slice(-SAID_BYTES)}`)
        reject(error)
        this.onClosed(error)
      })
    })
  }

  send(text) {
    this.#socket.write(maskedFrame(text))
  }

  /** Sends several messages, each in a frame of its own, in one write. */
  sendAll(texts) {
    this.#socket.write(Buffer.concat(texts.map(maskedFrame)))
  }

  /** The network goes away: no close frame, a reset. */
  cut() {
    this.onClosed = () => {}
    this.#socket.resetAndDestroy()
  }

  #take(chunk) {
    if (chunk.length === 0 && this.#objects > 0) return
    this.#newest = chunk
    this.counter.push(chunk)
    if (this.#joined !== null) this.greeting += chunk.toString('latin1')
    if (this.#joined !== null && this.counter.objects >= this.#objects) {
      this.#joined()
      this.#joined = null
    }
    this.onData(chunk)
  }
}

function upgrade(protocol) {
  return [
    'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ]
}
