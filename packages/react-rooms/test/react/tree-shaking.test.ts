import { build } from 'esbuild'
import { expect, it } from 'vitest'

const here = new URL('../../src/', import.meta.url).pathname

/** The source files whose code a page loads at its start that uses only these exports. */
async function loaded(...names: string[]): Promise<string[]> {
  const { metafile: { outputs } } = await build({
    stdin: { contents: `export { ${names.join(', ')} } from './index.js'`, resolveDir: here },
    bundle: true, splitting: true, minify: true, write: false, metafile: true, format: 'esm', target: 'es2023', outdir: 'out', external: ['react'],
  })
  const files = new Set<string>()
  const load = (path: string): void => {
    const { inputs, imports } = outputs[path]!
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) files.add(file)
    for (const { path, kind, external } of imports) if (kind === 'import-statement' && !external) load(path)
  }
  load('out/stdin.js')
  return [...files].map((file) => file.replace(/^.*(src|packages)\//, '')).sort()
}

const SSE = ['react/use-sse.ts', 'react/sse-source.ts', 'react/sse-state.ts', 'client/transports/event-stream.ts']
const POLLING = ['react/use-polling.ts', 'react/polling.ts', 'react/polling-state.ts']

it('a page pays for useSSE and usePolling only if it uses them', async () => {
  const rooms = await loaded('RoomsProvider', 'createRoomsClient', 'useRoom', 'useConnection', 'useTyping', 'usePresence')
  expect(rooms).toContain('react/use-room.ts')
  expect(rooms.filter((file) => [...SSE, ...POLLING, 'react/watch-page.ts', 'react/errors.ts'].includes(file))).toEqual([])
})

it('a page that uses only useSSE or usePolling pays for no client', async () => {
  const client = ['client/connection.ts', 'client/rooms-client.ts', 'client/room-handle.ts', 'client/outbox.ts']
  const [sse, polling] = await Promise.all([loaded('useSSE'), loaded('usePolling')])
  expect(sse).toEqual(expect.arrayContaining(SSE))
  expect(polling).toEqual(expect.arrayContaining(POLLING))
  expect([...sse, ...polling].filter((file) => client.includes(file))).toEqual([])
  expect(sse.filter((file) => POLLING.includes(file))).toEqual([])
  expect(polling.filter((file) => SSE.includes(file))).toEqual([])
})
