import { build } from 'esbuild'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url).pathname
/** A string that only the code of each part holds. */
const TELLTALES = { sse: 'text/event-stream', polling: 'unmounted', client: 'roomName(kind, text)' }

/** Which parts a page loads at its start that takes only these exports of the built package. */
async function loaded(...names: string[]): Promise<string[]> {
  const { outputFiles, metafile: { outputs } } = await build({
    stdin: { contents: `export { ${names.join(', ')} } from './dist/index.js'`, resolveDir: root },
    bundle: true, splitting: true, minify: true, write: false, metafile: true, format: 'esm', target: 'es2023', outdir: 'out', absWorkingDir: root, external: ['react'],
  })
  const texts = new Set<string>()
  const load = (path: string): void => {
    texts.add(outputFiles.find((file) => file.path.endsWith(path))!.text)
    for (const { path: next, kind, external } of outputs[path]!.imports) if (kind === 'import-statement' && !external) load(next)
  }
  load('out/stdin.js')
  return Object.entries(TELLTALES).filter(([, telltale]) => [...texts].some((text) => text.includes(telltale))).map(([part]) => part)
}

it('a page pays for useSSE and usePolling only if it uses them', async () => {
  expect(await loaded('RoomsProvider', 'createRoomsClient', 'useRoom', 'useConnection', 'useTyping', 'usePresence')).toEqual(['client'])
})

it('a page that uses only useSSE or usePolling pays for neither the other nor the client', async () => {
  expect([await loaded('useSSE'), await loaded('usePolling')]).toEqual([['sse'], ['polling']])
})
