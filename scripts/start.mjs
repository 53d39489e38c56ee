// `npm start`: installs and builds what the demo needs, then becomes the demo server.
import { stepsOrExit } from './steps-or-exit.mjs'
import { pnpm } from './workspace.mjs'

await stepsOrExit('npm start', [
  ['Installing packages', pnpm('install', '--frozen-lockfile')],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', '--filter=demo-api...', '--filter=demo-web...')],
])

// No child process: signals reach the server itself, and nothing can be left behind.
process.chdir(new URL('../apps/demo-api/', import.meta.url).pathname)
await import('../apps/demo-api/dist/server.js')
