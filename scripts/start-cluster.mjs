// `npm run start:cluster`: installs and builds what the demo needs, Redis included, then runs it as two nodes.
import { installation, missing } from './debian-packages.mjs'
import { stepsOrExit } from './steps-or-exit.mjs'
import { pnpm } from './workspace.mjs'

await stepsOrExit('npm run start:cluster', [
  ...redisSteps(),
  ['Installing packages', pnpm('install', '--frozen-lockfile')],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', '--filter=demo-api...', '--filter=demo-web...')],
])
await import('./cluster.mjs')

/** What installs Redis where it is needed and missing. Ends this process where that is not ours to do. */
function redisSteps() {
  if (process.env['REDIS_URL'] || !missing().some(({ program }) => program === 'redis-server')) return []
  const how = installation(['redis-server'])
  if (typeof how === 'string') {
    console.error(`Two nodes share their rooms through Redis, which is missing here, and this command may not install it. Install it,

  sudo apt-get install --no-install-recommends redis-server   (Debian, Ubuntu; elsewhere as your system does)

or set REDIS_URL to a Redis that runs already (6.2 or newer). Then run npm run start:cluster again.`)
    process.exit(1)
  }
  const [update, install] = how
  return [['Updating the lists of Debian packages', update], ['Installing redis-server', install]]
}
