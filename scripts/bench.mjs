// `npm run bench:…`: builds what a benchmark needs, then becomes it. Its options come after `--`.
import { stepsOrExit } from './steps-or-exit.mjs'
import { pnpm } from './workspace.mjs'

const [name, ...options] = process.argv.slice(2)

await stepsOrExit(`npm run bench:${name}`, [
  ['Installing packages', pnpm('install', '--frozen-lockfile')],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', '--filter=bench...')],
])
console.log()
process.argv.splice(2, Infinity, ...options)
await import(`../bench/${name}/run.mjs`)
