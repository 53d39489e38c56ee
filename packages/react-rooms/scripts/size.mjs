// Prints what an application pays for the core (hooks, client and what they use of rooms-protocol) and for the query
// layer on top of it, and fails above the budgets. The figure: minified, gzip -9, React and React Query external.
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const CORE = {
  budget: 6_500,
  './dist/index.js': [
    'RoomsProvider', 'createRoomsClient', 'UnauthorizedError', 'useConnection', 'useGrants', 'useMyPresence', 'usePresence', 'usePublish', 'useRoom', 'useRoomEvent',
    'useRoomEvents', 'useRoomReset', 'useRoomStatus', 'useSignal', 'useTyping',
  ],
}
const QUERY = { budget: 2_048, './dist/query/index.js': ['attachQueryClient', 'roomQuery', 'useRoomMutation', 'useRoomQuery'] }
/** What only a server needs and no bundle may hold. */
const STRANGERS = /secure-json-parse|client-door/

/** Bundles the named exports of the given entries. */
async function bundle(...entries) {
  const exports = entries.flatMap((entry) => Object.entries(entry).filter(([path]) => path.startsWith('.')))
  const { outputFiles: [{ contents }], metafile } = await build({
    stdin: { contents: exports.map(([path, names]) => `export { ${names.join(', ')} } from '${path}'`).join('\n'), resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true, minify: true, write: false, metafile: true, format: 'esm', target: 'es2023', external: ['react', '@tanstack/react-query'],
  })
  const [{ inputs }] = Object.values(metafile.outputs)
  return { bytes: gzipSync(contents, { level: 9 }).length, minified: contents.length, inputs: Object.entries(inputs).map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput })) }
}

function judge(name, bytes, budget) {
  process.stdout.write(`${name}: ${bytes} bytes gzipped of ${budget}${bytes > budget ? ', over budget' : ''}\n`)
  if (bytes > budget) process.exitCode = 1
}

const core = await bundle(CORE)
const both = await bundle(CORE, QUERY)
if (process.argv.includes('--inputs'))
  for (const { path, bytes } of core.inputs.toSorted((a, b) => b.bytes - a.bytes)) process.stdout.write(`${String(bytes).padStart(6)} ${path}\n`)
judge('react-rooms', core.bytes, CORE.budget)
judge('react-rooms/query, on top', both.bytes - core.bytes, QUERY.budget)

const strangers = both.inputs.filter(({ path, bytes }) => bytes > 0 && STRANGERS.test(path))
if (strangers.length > 0) {
  process.stdout.write(`a bundle holds the server's parser: ${strangers.map(({ path }) => path).join(', ')}\n`)
  process.exitCode = 1
}
