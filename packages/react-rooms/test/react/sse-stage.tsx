import type { ReactNode } from 'react'
import { useSSE, type SSE, type SSEOptions } from '../../src/index.js'
import { FakeStreams } from './fake-streams.js'
import { acted, render, type Rendered } from './render.js'

export interface SSEStage extends Omit<Rendered, 'again'> {
  readonly server: FakeStreams
  /** What the hook returned last. */
  shown(): SSE
  renders(): number
  again(url: string | null, options?: SSEOptions): void
}

/** One component that follows one stream. */
export function stage(options: SSEOptions = {}, url: string | null = '/ticks'): SSEStage {
  const server = new FakeStreams()
  let last!: SSE
  let renders = 0
  function Ticks({ at, more }: { at: string | null; more: SSEOptions }): ReactNode {
    last = useSSE(at, { fetch: server.fetch, ...more })
    renders++
    return null
  }
  const result = render(<Ticks at={url} more={options} />)
  return {
    ...result, server, shown: () => last, renders: () => renders,
    again: (at, more = options) => result.again(<Ticks at={at} more={more} />),
  }
}

/** Opens the newest request and lets it say this. */
export async function opens({ server }: { server: FakeStreams }, text = ''): Promise<void> {
  await acted()
  await acted(() => server.request.open())
  await acted(() => server.request.write(text))
}
