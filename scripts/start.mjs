// `npm start`: installs and builds what the demo needs, then becomes the demo server.
import { StepFailed, endStepsOnSignal, runStep } from './step.mjs'
import { nodeProblem, pnpm, root, stepEnvironment } from './workspace.mjs'

const problem = nodeProblem()
if (problem !== null) {
  console.error(problem)
  process.exit(1)
}

const giveSignalsBack = endStepsOnSignal()
const options = { cwd: root, env: stepEnvironment() }
try {
  await runStep('Installing packages', pnpm('install', '--frozen-lockfile'), options)
  await runStep('Building', pnpm('exec', 'turbo', 'run', 'build', '--filter=demo-api...', '--filter=demo-web...'), options)
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  console.error(`\n${error.output.trim()}\n\nnpm start stopped: ${error.message}`)
  process.exit(1)
}
giveSignalsBack()

// No child process: signals reach the server itself, and nothing can be left behind.
process.chdir(new URL('../apps/demo-api/', import.meta.url).pathname)
await import('../apps/demo-api/dist/server.js')
