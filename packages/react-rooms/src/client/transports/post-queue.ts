import type { AckFrame, AnnouncedLimits, ClientFrame, ErrorFrame } from 'rooms-protocol'
import { createTimer, type Clock } from '../clock.js'

type Answer = AckFrame | ErrorFrame

/** What a queue posts by, and tells. */
export interface PostQueueEnds {
  readonly clock: Clock
  /** Sends one body; rejects where no answer came. */
  post(body: string, signal: AbortSignal): Promise<Response>
  /** The longest body the server takes, and half the most objects that may be in it. */
  limits(): Pick<AnnouncedLimits, 'batchBytes' | 'messagesPerSecond'>
  /** What came of a publish; `rate_limited` also where nothing is known of it, which the id makes safe to send again. */
  answered(answer: Answer): void
  /** The login was not taken. */
  refused(): void
  /** No answer came, to the first of several requests that fail. @param late nor any failure, in all the time it was given. */
  unheard(late: boolean): void
}

/** What posts the objects of one room. */
export interface PostQueue {
  add(encoded: string): void
  /** Lets go of everything. */
  stop(): void
}

/** What a request without an answer of the protocol means, by its status; any other says nothing of the objects. */
const CODES: Readonly<Record<number, string>> = { 400: 'bad_request', 403: 'forbidden', 404: 'forbidden', 413: 'too_large', 415: 'bad_request' }

/** Sends objects one request after another, so that none overtakes another; what comes meanwhile goes together. */
export function createPostQueue({ clock, post, limits, answered, refused, unheard }: PostQueueEnds): PostQueue {
  /** An answer that is not here by then may never come: the network changed, or the browser never sent the request. */
  const ANSWER_MS = 15_000
  /** After a failure, doubled by each that follows at once, three times at most. */
  const PAUSE_MS = 1_000
  const timer = createTimer(clock)
  let waiting: string[] = []
  let isSending = false
  let isStopped = false
  let failures = 0
  let abort = new AbortController()

  const take = (): string[] => {
    // The brackets and, for each object, its comma; characters outside ASCII take up to three bytes.
    const { batchBytes, messagesPerSecond } = limits()
    let room = batchBytes - 2
    const count = waiting.findIndex((encoded, index) => (room -= new Blob([encoded]).size + 1) < 0 || index === messagesPerSecond)
    return waiting.splice(0, count < 0 ? waiting.length : Math.max(1, count))
  }
  /** These were not done. Nothing that waits may overtake a publish of theirs: all publishes go back to who keeps them, in order. */
  const giveBack = (objects: readonly string[], retryAfterMs: number | undefined): void => {
    let state: string[] = []
    for (const encoded of [...objects, ...waiting]) {
      const { id, type } = JSON.parse(encoded) as { id?: string; type: ClientFrame['type'] }
      if (id !== undefined) answered({ type: 'error', code: 'rate_limited', message: '', id, ...(retryAfterMs && { retryAfterMs }) })
      // Only the newest counts. Signals and typing are of the moment, and that has passed.
      else if (type === 'presence') state = [encoded]
    }
    // Whoever was told may have closed the session.
    waiting = isStopped ? [] : state
  }
  /** Posts these and tells what came of it. Resolves when the next may follow. */
  const exchange = async (objects: readonly string[]): Promise<void> => {
    abort = new AbortController()
    timer(ANSWER_MS, () => abort.abort())
    let status = 0
    let said: unknown
    try {
      const response = await post(`[${objects.join()}]`, abort.signal)
      ;({ status } = response)
      said = await response.json()
    } catch {
      // No answer, or none of ours.
    }
    if (isStopped) return
    timer()
    if (status === 401) return refused()
    const whole = (said as Answer | undefined)?.type === 'error' ? said : { type: 'error', code: CODES[status], message: `status ${status}` }
    let retryAfterMs: number | undefined
    const undone = objects.filter((encoded, index) => {
      const { id } = JSON.parse(encoded) as Extract<ClientFrame, { id?: string }>
      const answer = (Array.isArray(said) ? said[index] : whole) as Partial<ErrorFrame> | AckFrame | undefined
      if (answer?.type !== 'ack' && (!answer?.code || answer.code === 'rate_limited')) {
        retryAfterMs ??= answer?.retryAfterMs
        return true
      }
      // A refusal of the whole request names no object; only publishes wait for an answer.
      if (id !== undefined) answered({ ...answer as Answer, id })
      return false
    })
    if (undone.length === 0) {
      failures = 0
      return
    }
    giveBack(undone, retryAfterMs)
    if (status === 0 && failures === 0) unheard(abort.signal.aborted)
    if (!isStopped) await new Promise<void>((resume) => timer(retryAfterMs ?? PAUSE_MS * 2 ** Math.min(failures++, 3), resume))
  }
  const send = async (): Promise<void> => {
    isSending = true
    while (waiting.length > 0) await exchange(take())
    isSending = false
  }
  return {
    add(encoded) {
      waiting.push(encoded)
      if (!isSending) void send()
    },
    stop() {
      isStopped = true
      waiting = []
      timer()
      abort.abort()
    },
  }
}
