/** What comes out of an event stream. */
export interface EventStreamEnds {
  /** `event` is `message` where the stream names none; `id` is the newest one the stream gave, `''` for none. */
  event(message: { readonly event: string; readonly data: string; readonly id: string }): void
  /** The id to resume after, also from blocks without data. */
  id?(id: string): void
  /** How long to wait before connecting again. */
  retry?(ms: number): void
  /** Bytes came, if only a comment that keeps the stream open. */
  alive?(): void
}

/**
 * Makes a function that takes the text of an event stream in whatever pieces it arrives
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). A block that the stream
 * ends within is never told.
 *
 * @param id the id this stream resumes after: it stands until the stream gives another, as in browsers.
 */
export function createEventStreamParser(ends: EventStreamEnds, id = ''): (text: string) => void {
  /** The beginning of a line whose end has not come. */
  let begun = ''
  let afterCR = false
  let event = ''
  let data = ''

  const dispatch = (): void => {
    ends.id?.(id)
    // An empty line of data has its line feed here.
    if (data !== '') ends.event({ event: event || 'message', data: data.slice(0, -1), id })
    event = data = ''
  }
  const line = (text: string): void => {
    if (text === '') return dispatch()
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'data') data += `${value}\n`
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'retry' && /^\d+$/.test(value)) ends.retry?.(Number(value))
  }
  return (text) => {
    // A line may end with CR: waiting for a LF that may follow would hold its event back.
    const rest = afterCR && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') afterCR = text.endsWith('\r')
    const lines = rest.split(/\r\n|\r|\n/)
    lines[0] = begun + lines[0]!
    begun = lines.pop()!
    lines.forEach(line)
  }
}

/** Reads an event stream to its end; rejects when it breaks, or when one of `ends` throws. */
export async function readEventStream(body: ReadableStream<Uint8Array>, ends: EventStreamEnds, id?: string): Promise<void> {
  const feed = createEventStreamParser(ends, id)
  // Joins characters that came in pieces, and takes off a byte order mark.
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    ends.alive?.()
    feed(decoder.decode(value, { stream: true }))
  }
}
