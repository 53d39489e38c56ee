import { Writable } from 'node:stream'
import type { FastifyServerOptions } from 'fastify'

/** A logger at its most talkative, and everything it wrote. */
export function logLines(): { readonly server: FastifyServerOptions; readonly text: () => string; readonly lines: () => Record<string, unknown>[] } {
  const written: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  return {
    server: { logger: { level: 'trace', stream } },
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}
