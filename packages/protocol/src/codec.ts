import type { ServerFrame, ClientFrame } from './frames.js'

/** Encodes one object. `JSON.stringify` never writes a raw line feed, so the result can stand in a batch. */
export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame)
}

/** The objects of one text message: separated by `\n`, blank lines ignored. */
export function splitBatch(text: string): string[] {
  return text.indexOf('\n') < 0 ? [text] : text.split('\n').filter((line) => line.trim() !== '')
}

/** Joins encoded objects into one text message. */
export function joinBatch(encoded: readonly string[]): string {
  return encoded.join('\n')
}

/**
 * Reads what a server sent. A client trusts its server for shape but never for existence: lines that are not JSON
 * objects with a string `type` are left out, as unknown types are by whoever switches over the result.
 */
export function parseServerBatch(text: string): ServerFrame[] {
  const frames: ServerFrame[] = []
  for (const line of splitBatch(text)) {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      continue
    }
    if (typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string') frames.push(value as ServerFrame)
  }
  return frames
}
