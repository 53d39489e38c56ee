// `npm run bench`: builds what the benchmarks need, fetches Bun, then becomes them. Their names and options come after `--`.
import { join } from 'node:path'
import { StepFailed, runStep } from './step.mjs'
import { stepsOrExit } from './steps-or-exit.mjs'
import { pnpm, root, stepEnvironment } from './workspace.mjs'

await stepsOrExit('npm run bench', [
  ['Installing packages', pnpm('install', '--frozen-lockfile')],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', '--filter=bench...')],
])
try {
  await runStep('Fetching Bun', pnpm('install', '--frozen-lockfile'), { cwd: join(root, 'bench/peers/bun'), env: stepEnvironment() })
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  console.log('  Going on without Bun: the other peers are measured all the same.')
}
console.log()
await import('../bench/run.mjs')
