// Prints what the core (hooks, client and what they use of rooms-protocol) costs an application, and fails above the budget.
// The figure: minified, gzip -9, React external.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const BUDGET = 6_500
const HOOKS = [
  'RoomsProvider', 'createRoomsClient', 'UnauthorizedError', 'useConnection', 'useGrants', 'useMyPresence', 'usePresence', 'usePublish', 'useRoom', 'useRoomEvent',
  'useRoomEvents', 'useRoomReset', 'useRoomStatus', 'useSignal', 'useTyping',
]

const { outputFiles, metafile } = await build({
  stdin: { contents: `export { ${HOOKS.join(', ')} } from './dist/index.js'`, resolveDir: new URL('..', import.meta.url).pathname },
  bundle: true, minify: true, write: false, metafile: true, format: 'esm', target: 'es2023', external: ['react'],
})
const [{ contents }] = outputFiles
const bytes = gzipSync(contents, { level: 9 }).length
const [{ inputs }] = Object.values(metafile.outputs)
if (process.argv.includes('--inputs'))
  for (const [path, { bytesInOutput }] of Object.entries(inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)) process.stdout.write(`${String(bytesInOutput).padStart(6)} ${path}\n`)
process.stdout.write(`react-rooms core: ${bytes} bytes gzipped, ${contents.length} minified (budget ${BUDGET} gzipped)\n`)

const strangers = Object.entries(inputs).filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && /secure-json-parse|client-door/.test(path))
if (strangers.length > 0) process.stdout.write(`the bundle holds the server's parser: ${strangers.map(([path]) => path).join(', ')}\n`)
if (bytes > BUDGET || strangers.length > 0) process.exitCode = 1
