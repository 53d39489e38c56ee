// Prints what an application pays for react-rooms, and fails when that is over its budget: bundled from dist/ as an application does
// it, minified, gzip -9, React and React Query external. What a dynamic import brings later is counted apart.
//
// Judged by Vite's minifier, which most applications use, our demo among them; esbuild's names take some hundred bytes
// more, and are printed beside it.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { minify } from 'vite'

/** The hooks, the client and what they use of rooms-protocol. */
const CORE = {
  'react-rooms': [
    'RoomsProvider', 'createRoomsClient', 'UnauthorizedError', 'useConnection', 'useGrants', 'useMyPresence', 'usePresence', 'usePublish', 'useRoom', 'useRoomEvent',
    'useRoomEvents', 'useRoomReset', 'useRoomStatus', 'useSignal', 'useTyping',
  ],
}
const QUERY = { 'react-rooms/query': ['attachQueryClient', 'roomQuery', 'useRoomMutation', 'useRoomQuery'] }
/** What no such bundle may hold. */
const STRANGERS = /client-door|\/(devtools|testing)\//

/** @param {Record<string, string[]>} uses what the application imports, by entry point. */
async function bundle(uses) {
  const app = Object.entries(uses).map(([from, names]) => `import { ${names.join(', ')} } from '${from}'\nconsole.log(${names.join(', ')})`).join('\n')
  const { outputFiles, metafile } = await build({
    stdin: { contents: app, sourcefile: 'app.js', resolveDir: import.meta.dirname }, outdir: 'out', entryNames: 'app', bundle: true, splitting: true, minifySyntax: true,
    write: false, metafile: true, sourcemap: 'external', format: 'esm', target: 'es2023', external: ['react', 'react-dom', '@tanstack/react-query'],
  })
  const scripts = outputFiles.filter(({ path }) => path.endsWith('.js'))
  const initial = reach(metafile.outputs, Object.keys(metafile.outputs).find((path) => path.endsWith('app.js')))
  const weigh = async (minified, which) => sum(await Promise.all(scripts.filter(which).map(async ({ text }) => gzipSync(await minified(text), { level: 9 }).length)))
  const isInitial = ({ path }) => initial.some((output) => path.endsWith(output))
  const byVite = async (text) => (await minify('app.js', text, { module: true, compress: { target: 'es2023' }, mangle: { toplevel: true } })).code
  const byEsbuild = async (text) => (await build({ stdin: { contents: text }, write: false, minify: true, format: 'esm', target: 'es2023' })).outputFiles[0].contents
  return {
    vite: await weigh(byVite, isInitial), esbuild: await weigh(byEsbuild, isInitial), later: await weigh(byVite, (script) => !isInitial(script)),
    sources: initial.flatMap((output) => Object.keys(metafile.outputs[output].inputs)).flatMap(originsOf),
  }
}

/** An output and all it imports at once. */
function reach(outputs, path) {
  return [path, ...outputs[path].imports.filter(({ kind, external }) => kind === 'import-statement' && !external).flatMap((other) => reach(outputs, other.path))]
}

/** The sources behind a file of dist/. */
function originsOf(path) {
  try {
    return [path, ...JSON.parse(readFileSync(`${path}.map`, 'utf8')).sources]
  } catch {
    return [path]
  }
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)

function judge(name, bytes, budget) {
  process.stdout.write(`${name}: ${bytes} bytes gzipped, budget ${budget}${bytes > budget ? `; FAILED: ${bytes - budget} too many` : ''}\n`)
  if (bytes > budget) process.exitCode = 1
}

const core = await bundle(CORE)
const both = await bundle({ ...CORE, ...QUERY })
const withPages = await bundle({ ...CORE, 'react-rooms/query': [...QUERY['react-rooms/query'], 'roomInfiniteQuery'] })
judge('react-rooms', core.vite, 6_500)
judge('react-rooms/query, on top', both.vite - core.vite, 2_000)
process.stdout.write(`roomInfiniteQuery adds ${withPages.vite - both.vite} to who uses it\n`)
process.stdout.write(`by esbuild's minifier ${core.esbuild} and ${both.esbuild - core.esbuild}; loaded on demand, where WebSocket is blocked: ${core.later}\n`)

const strangers = both.sources.filter((path) => STRANGERS.test(path))
if (strangers.length > 0) {
  process.stdout.write(`what no such bundle may hold: ${strangers.join(', ')}\n`)
  process.exitCode = 1
}
