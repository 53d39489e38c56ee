import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

const WAIT_MS = 8_000

/** A TCP connection without any library, that keeps all it was sent. */
export class RawTcp {
  readonly socket: Socket
  /** Everything that came, when the server has closed; rejects when it never does. */
  readonly ended: Promise<Buffer>
  readonly #chunks: Buffer[] = []
  #arrived: () => void = () => {}
  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('error', () => {}).on('data', (bytes) => {
      this.#chunks.push(bytes)
      this.#arrived()
    })
    onTestFinished(() => { this.socket.destroy() })
    this.ended = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`still open after ${WAIT_MS} ms; got ${this.text.slice(0, 300)}`)), WAIT_MS)
      this.socket.on('close', () => {
        clearTimeout(timer)
        resolve(this.bytes)
        this.#arrived()
      })
    })
    this.ended.catch(() => {})
  }

  get bytes(): Buffer { return Buffer.concat(this.#chunks) }
  get text(): string { return this.bytes.toString('latin1') }

  write(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  /** Resolves once what came contains the text. */
  async says(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.socket.destroyed) throw new Error(`closed without ${text}: ${this.text.slice(0, 300)}`)
      await new Promise<void>((resolve) => { this.#arrived = resolve })
    }
  }
}

/** What an upgrade says, but for the headers given; `undefined` leaves one out. */
export function upgrade(path: string, headers: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = { 'Host': 'localhost', 'Connection': 'Upgrade', 'Upgrade': 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

interface FrameParts {
  readonly fin?: boolean
  /** The three reserved bits. */
  readonly rsv?: number
  readonly opcode?: number
  readonly masked?: boolean
  /** The length that the header claims; default the true one, in the shortest form. */
  readonly claims?: bigint
  /** The form of the length: 7, 16 or 64 bits. */
  readonly form?: 7 | 16 | 64
}

/** A client's frame, as wrong as wanted. */
export function frame(payload: string | Buffer, { fin = true, rsv = 0, opcode = 1, masked = true, claims, form }: FrameParts = {}): Buffer {
  const data = Buffer.from(payload)
  const length = claims ?? BigInt(data.length)
  const bits = form ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64)
  const size = Buffer.alloc(bits === 7 ? 1 : bits === 16 ? 3 : 9)
  size[0] = (masked ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127)
  if (bits === 16) size.writeUInt16BE(Number(length), 1)
  if (bits === 64) size.writeBigUInt64BE(length, 1)
  const mask = masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0)
  const body = masked ? data.map((byte, i) => byte ^ mask[i % 4]!) : data
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode]), size, mask, body])
}

/** The code of the last close frame in what a server sent. */
export function closeCode(bytes: Buffer): number | undefined {
  let code: number | undefined
  for (let at = bytes.indexOf('\r\n\r\n') + 4; at + 2 <= bytes.length;) {
    const short = bytes[at + 1]!
    const [length, header] = short < 126 ? [short, 2] : short === 126 ? [bytes.readUInt16BE(at + 2), 4] : [Number(bytes.readBigUInt64BE(at + 2)), 10]
    if (bytes[at] === 0x88 && length >= 2) code = bytes.readUInt16BE(at + header)
    at += header + length
  }
  return code
}
