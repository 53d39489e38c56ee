import type { AckFrame, ClientFrame, ErrorFrame } from 'rooms-protocol'

type Answer = AckFrame | ErrorFrame

/** What posts the objects of one room. */
export interface PostQueue {
  add(encoded: string): void
}

/** What a request without an answer of the protocol means, by its status; anything else is left to be sent again. */
const CODES: Readonly<Record<number, string>> = { 400: 'bad_request', 404: 'forbidden', 413: 'too_large', 415: 'bad_request', 429: 'rate_limited' }

/**
 * Sends objects one request after another, so that none overtakes another; what comes meanwhile goes together.
 *
 * @param post sends one body; rejects where no answer came, which leaves publishes to be sent again with their ids.
 * @param batchBytes the longest body the server takes.
 * @param answered one answer of the server.
 * @param refused the login was not taken.
 */
export function createPostQueue(
  post: (body: string) => Promise<Response>, batchBytes: () => number, answered: (answer: Answer) => void, refused: () => void,
): PostQueue {
  const waiting: string[] = []
  let isSending = false

  const take = (): string[] => {
    // The brackets and, for each object, its comma; characters outside ASCII take up to three bytes.
    let room = batchBytes() - 2
    const count = waiting.findIndex((encoded) => (room -= new Blob([encoded]).size + 1) < 0)
    return waiting.splice(0, count < 0 ? waiting.length : Math.max(1, count))
  }
  const send = async (): Promise<void> => {
    isSending = true
    while (waiting.length > 0) {
      const objects = take()
      try {
        const response = await post(`[${objects.join()}]`)
        const said = (await response.json().catch(() => null)) as Answer[] | Partial<Answer> | null
        if (response.status === 401) refused()
        else objects.forEach((encoded, index) => {
          const { id } = JSON.parse(encoded) as Extract<ClientFrame, { id?: string }>
          const answer = Array.isArray(said) ? said[index] : { type: 'error', code: CODES[response.status], message: `status ${response.status}`, ...said } as ErrorFrame
          // A refusal of the whole request names no object; only publishes wait for an answer.
          if (id !== undefined && answer?.type && (answer.type === 'ack' || answer.code)) answered({ ...answer, id })
        })
      } catch {
        // Nothing is known of these: the ids make sending them again safe.
      }
    }
    isSending = false
  }
  return {
    add(encoded) {
      waiting.push(encoded)
      if (!isSending) void send()
    },
  }
}
