import type { Form } from './batch.js'

/** What a transport gives a connection. The connection never learns which transport it is. */
export interface Wire {
  readonly form: Form
  /** Bytes handed over and not yet taken by the operating system. */
  readonly bufferedBytes: number
  /** Sends one text message; `taken` runs when the operating system has it. */
  send(message: Buffer, taken?: () => void): void
  /** Asks the client for a sign of life without waking its application. */
  ping(): void
  /** Ends in order; ends by force when the client does not answer within two seconds. */
  close(code: number, reason: string): void
  /** Ends at once, whatever is still buffered. */
  terminate(): void
}
