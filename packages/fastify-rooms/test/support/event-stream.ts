import { type IncomingMessage, get } from 'node:http'
import { onTestFinished } from 'vitest'
import { WAIT_MS } from './eventually.js'

export interface ServerSentEvent { readonly event: string; readonly id: string | undefined; readonly data: { readonly [field: string]: unknown } }

/** A client of an event stream that keeps every event, so that nothing is missed between two awaits. */
export class EventStream {
  readonly response: IncomingMessage
  readonly ended: Promise<void>
  /** Everything as it came. */
  text = ''
  /** The objects of all events so far. */
  readonly frames: ServerSentEvent['data'][] = []
  #read = 0
  readonly #untaken: ServerSentEvent[] = []
  #arrived: (() => void)[] = []
  private constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => this.#take(chunk))
    response.on('error', () => {})
    this.ended = new Promise((resolve) => response.once('close', resolve))
    onTestFinished(() => { response.destroy() })
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => get(url, { headers }, (response) => resolve(new EventStream(response))).on('error', reject))
  }

  get status(): number | undefined { return this.response.statusCode }

  async next(event: string): Promise<ServerSentEvent> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const at = this.#untaken.findIndex((each) => each.event === event)
      if (at >= 0) return this.#untaken.splice(at, 1)[0]!
      if (deadline.aborted) throw new Error(`no ${event} within ${WAIT_MS} ms; untaken: ${JSON.stringify(this.#untaken)}`)
      await new Promise<void>((resolve) => {
        this.#arrived.push(resolve)
        deadline.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  close(): void {
    this.response.destroy()
  }

  #arrive(event: ServerSentEvent): void {
    this.frames.push(event.data)
    this.#untaken.push(event)
  }

  #take(chunk: string): void {
    this.text += chunk
    for (let end = this.text.indexOf('\n\n', this.#read); end >= 0; end = this.text.indexOf('\n\n', this.#read)) {
      const block = this.text.slice(this.#read, end)
      this.#read = end + 2
      const lines = block.split(/\r\n|\r|\n/)
      const field = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const event = field('event')
      if (event !== undefined) this.#arrive({ event, id: field('id'), data: JSON.parse(field('data')!) as ServerSentEvent['data'] })
    }
    for (const resolve of this.#arrived.splice(0)) resolve()
  }
}
