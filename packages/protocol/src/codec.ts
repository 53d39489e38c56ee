import type { ClientFrame, ServerFrame } from './frames.js'

/** Space, tab, carriage return and line feed stand at or below it, and nothing a JSON object can begin with does. */
const SPACE = 0x20

/** Encodes one object. `JSON.stringify` never writes a raw line feed, so the result can stand in a batch. Throws what `JSON.stringify` throws (a bigint, a cycle). */
export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame)
}

/**
 * The objects of one text message: separated by `\n`, blank lines ignored. Never empty: a message without any object
 * gives one empty line, so that whoever parses it has something to refuse.
 */
export function splitBatch(text: string): string[] {
  const lines: string[] = []
  let start = 0
  while (start < text.length) {
    // Blank lines are stepped over unit by unit: a message made of them must not cost an array of empty strings.
    if (text.charCodeAt(start) <= SPACE) {
      start++
      continue
    }
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed
    lines.push(text.slice(start, end))
    start = end
  }
  return lines.length === 0 ? [''] : lines
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
