import type { Form } from './batch.js'

/** What a transport gives a connection. The connection never learns which transport it is. */
export interface Wire {
  readonly form: Form
  /**
   * How its client listens: to a stream that is open until one side ends it, so that silence on it is probed; or by
   * asking again and again, which is a sign of life in itself: `waiting` for an answer, or `away` between two.
   */
  readonly listening: 'stream' | 'waiting' | 'away'
  /** Bytes handed over and not yet taken by the operating system. */
  readonly bufferedBytes: number
  /** Sends one text message; `taken` runs when the operating system has it. */
  send(message: Buffer, taken?: () => void): void
  /** Where answers wait for news: what is sent within `write` is none. */
  aside?(write: () => void): void
  /** Asks the client for a sign of life without waking its application. */
  ping(): void
  /** Ends in order; ends by force when the client does not answer within two seconds. */
  close(code: number, reason: string): void
  /** Ends at once, whatever is still buffered. */
  terminate(): void
}
