import { ReadableStream } from 'node:stream/web'

/** A server of event streams in memory: `fetch` asks it, the test answers. */
export class FakeStreams {
  readonly requests: FakeRequest[] = []
  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const request = new FakeRequest(url, init)
    this.requests.push(request)
    return request.response
  }
  /** The newest request. */
  get request(): FakeRequest {
    return this.requests.at(-1)!
  }
  /** Requests nobody let go of. */
  get open(): FakeRequest[] {
    return this.requests.filter(({ over }) => !over)
  }
}

/** One request and, once it is opened, its stream. */
export class FakeRequest {
  readonly url: string
  readonly headers: Headers
  readonly response: Promise<Response>
  over = false
  #answer!: (response: Response) => void
  #fail!: (error: Error) => void
  #stream!: ReadableStreamDefaultController<Uint8Array>

  constructor(url: string, { headers, signal }: RequestInit) {
    this.url = url
    this.headers = new Headers(headers)
    this.response = new Promise((resolve, reject) => {
      this.#answer = resolve
      this.#fail = reject
    })
    signal!.addEventListener('abort', () => this.break(new DOMException('aborted', 'AbortError')))
  }
  header(name: string): string | null {
    return this.headers.get(name)
  }
  /** Begins a stream. */
  open(): void {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#stream = controller as never) })
    this.#respond(200, { 'content-type': 'text/event-stream; charset=utf-8' }, body)
  }
  /** Answers without a stream. */
  answer(status: number, headers: Record<string, string> = {}): void {
    this.over = true
    this.#respond(status, headers, null)
  }
  write(text: string): void {
    this.#stream.enqueue(new TextEncoder().encode(text))
  }
  end(): void {
    this.over = true
    this.#stream.close()
  }
  /** The network cuts it, before or after it opened. */
  break(error: Error = new TypeError('network error')): void {
    if (this.over) return
    this.over = true
    this.#fail(error)
    this.#stream?.error(error)
  }
  #respond(status: number, headers: Record<string, string>, body: ReadableStream | null): void {
    this.#answer({ ok: status >= 200 && status < 300, status, headers: new Headers(headers), body } as unknown as Response)
  }
}
