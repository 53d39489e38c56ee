import { CloseCode, encodeFrame } from 'rooms-protocol'
import { byeOf } from './goodbye.js'
import type { Wire } from './wire.js'

/** Who asks by the wire, and knows what stands below the messages of an answer. */
interface Poller {
  /** The answer's other fields, as JSON without its first brace: hands over what is not handed over yet, then says where the client stands with it. */
  rest(): string
  /** The same for an answer without what was gathered. */
  restOfNothing(): string
  /** The client has its answer, or went away without it. */
  left(how: 'answered' | 'broke off'): void
  /** The server ended the connection. */
  closed(): void
}

/** `waiting`: an answer is due when there is news and the rooms that are joined are settled. */
type Phase =
  | { readonly name: 'away' }
  | { readonly name: 'waiting'; readonly answer: (body: Buffer) => void; readonly timer: NodeJS.Timeout; settled: boolean; hasNews: boolean }
  | { readonly name: 'closed' }
type Waiting = Extract<Phase, { name: 'waiting' }>

const NOTHING = Buffer.alloc(0)

/** A wire by long poll: gathers what a connection sends until there is a request to answer with it. */
export class PollWire implements Wire {
  readonly form = 'list'
  readonly #poller: Poller
  #phase: Phase = { name: 'away' }
  #gathered: Buffer[] = []
  #bytes = 0
  #isAside = false
  constructor(poller: Poller) {
    this.#poller = poller
  }

  get listening(): 'waiting' | 'away' { return this.#phase.name === 'waiting' ? 'waiting' : 'away' }
  get bufferedBytes(): number { return this.#bytes }

  /** Resolves with the answer's body; a request that waits already is answered with what there is. */
  wait(waitMs: number): Promise<Buffer> {
    this.#answer(this.#phase)
    return new Promise((answer) => {
      if (this.#phase.name === 'closed') return answer(NOTHING)
      const timer = setTimeout(() => this.#answer(waiting), waitMs)
      const waiting: Waiting = { name: 'waiting', answer, timer, settled: false, hasNews: false }
      this.#phase = waiting
    })
  }

  /** Every room that the request joins has answered. */
  settle(): void {
    if (this.#phase.name !== 'waiting') return
    this.#phase.settled = true
    if (this.#phase.hasNews) this.#answerSoon(this.#phase)
  }

  /** There is something to tell. */
  wake(): void {
    if (this.#phase.name !== 'waiting' || this.#phase.hasNews) return
    this.#phase.hasNews = true
    if (this.#phase.settled) this.#answerSoon(this.#phase)
  }

  /** The client broke a request off. */
  breakOff(): void {
    if (this.#phase.name !== 'waiting') return
    this.#finish(this.#phase, { name: 'away' }, NOTHING)
    this.#poller.left('broke off')
  }

  /** What is sent while nobody waits is not kept: the next request says where its client stands. */
  send(message: Buffer): void {
    if (this.#phase.name !== 'waiting') return
    this.#gathered.push(message)
    this.#bytes += message.length
    if (!this.#isAside) this.wake()
  }

  aside(write: () => void): void {
    this.#isAside = true
    try {
      write()
    } finally {
      this.#isAside = false
    }
  }

  ping(): void {}

  close(): void {
    this.#close(() => this.#body(this.#poller.rest()))
  }

  terminate(): void {
    this.#close(() => {
      this.#gathered = [Buffer.from(encodeFrame(byeOf(CloseCode.tooSlow, 'more than one answer can hold')))]
      return this.#body(this.#poller.restOfNothing())
    })
  }

  /** After the turn, so that all of what happened in it is in one answer. */
  #answerSoon(phase: Waiting): void {
    setImmediate(() => this.#answer(phase))
  }

  #answer(phase: Phase): void {
    if (this.#phase !== phase || phase.name !== 'waiting') return
    const body = this.#body(this.#poller.rest())
    // Handing over the last of it may have ended the connection.
    if (this.#phase !== phase) return
    this.#finish(phase, { name: 'away' }, body)
    this.#poller.left('answered')
  }

  #close(body: () => Buffer): void {
    if (this.#phase.name === 'closed') return
    if (this.#phase.name === 'waiting') this.#finish(this.#phase, { name: 'closed' }, body())
    this.#phase = { name: 'closed' }
    setImmediate(() => this.#poller.closed())
  }

  #finish(phase: Waiting, next: Phase, body: Buffer): void {
    clearTimeout(phase.timer)
    this.#phase = next
    this.#gathered = []
    this.#bytes = 0
    phase.answer(body)
  }

  #body(rest: string): Buffer {
    const parts: Buffer[] = [Buffer.from('{"messages":[')]
    for (const [i, message] of this.#gathered.entries()) parts.push(Buffer.from(i === 0 ? '' : ','), message)
    return Buffer.concat([...parts, Buffer.from(`],${rest}`)])
  }
}
