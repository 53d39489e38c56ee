// Builds dist/: JavaScript by esbuild, declarations by tsc. With `--watch` it goes on at each change.
//
// All entry points come out of one run: what they share is one chunk, so that there is one `RoomsChangedError` and one
// React context, and members of internal interfaces can have short names (internal-names.mjs), which no minifier of an
// application may give them. Identifiers and white space stay: stack traces can be read, and applications minify anyway.
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { context } from 'esbuild'
import manifest from '../package.json' with { type: 'json' }
import { INTERNAL_NAMES } from './internal-names.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const watch = process.argv.includes('--watch')

/** Source of an entry point; TypeScript finds it by the name it will have. */
const sourceOf = ({ default: built }) => join(root, built.replace('./dist/', 'src/').replace(/\.js$/, ''))

const ON_DEMAND = /\/transports\/(on-demand|fallback|fallback-session|poll|post-queue|sse)\.ts$/
/** An import for its effects, of a chunk that has none: bundlers warn of it. */
const BARE_IMPORT = /^import "\.[^"]*";$/gm

const options = {
  // The chunk that is loaded on demand is one too, so that its name has no hash: eight bytes that no gzip makes fewer.
  entryPoints: [...Object.values(manifest.exports).filter((entry) => entry.default !== undefined).map(sourceOf), join(root, 'src/client/transports/on-demand')],
  outbase: join(root, 'src'), outdir: dist, chunkNames: 'chunks/[name]-[hash]', write: false, sourcemap: true,
  bundle: true, splitting: true, packages: 'external', format: 'esm', target: 'es2023', jsx: 'automatic',
  // Whether it is development is for the application's bundler to say.
  platform: 'neutral',
  minifySyntax: true, mangleProps: new RegExp(`^(${INTERNAL_NAMES.join('|')})$`),
  plugins: [
    // What the transports loaded on demand share with the rest they get as a copy, some hundred bytes: an application's
    // bundler would otherwise cut the core in two, or load what only they need at once.
    { name: 'own-copy', setup: ({ onResolve }) => onResolve({ filter: /^\.\.?\// }, ({ importer, path }) => {
      const source = join(dirname(importer), path.replace(/\.js$/, '.ts'))
      return ON_DEMAND.test(importer.split('?')[0]) && !ON_DEMAND.test(source) ? { path: source, suffix: '?copy' } : undefined
    }) },
    { name: 'write', setup: ({ onEnd }) => onEnd(({ outputFiles }) => replace(outputFiles)) },
  ],
}

/** Writes what was built, then takes away what an earlier build left: at no time does an entry lead nowhere. */
function replace(files) {
  if (files === undefined) return
  const inOrder = files.toSorted((a, b) => Number(b.path.includes('/chunks/')) - Number(a.path.includes('/chunks/')))
  for (const { path, text } of inOrder) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.replace(BARE_IMPORT, ''))
  }
  const written = new Set(files.map(({ path }) => relative(dist, path)))
  for (const path of readdirSync(dist, { recursive: true }))
    if (/\.js(\.map)?$/.test(path) && !written.has(path)) rmSync(join(dist, path))
}

function declare(...args) {
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json').replace('package.json', 'bin/tsc')
  return new Promise((resolve) => spawn(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...args], { stdio: 'inherit' }).on('exit', resolve))
}

const building = await context(options)
if (watch) {
  await building.watch()
  await declare('--watch', '--preserveWatchOutput')
} else {
  await building.rebuild().catch(() => { process.exitCode = 1 })
  await building.dispose()
  if ((await declare()) !== 0) process.exitCode = 1
}
