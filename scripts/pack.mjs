// `npm run pack`: the three packages as tarballs in packed/, to install in another project.
import { join } from 'node:path'
import { stepsOrExit } from './steps-or-exit.mjs'
import { pnpm, root } from './workspace.mjs'

const folder = join(root, 'packed')
const packages = '--filter=./packages/*'

await stepsOrExit('npm run pack', [
  ['Installing packages', pnpm('install', '--frozen-lockfile')],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', packages)],
  ['Packing', pnpm('--recursive', packages, 'pack', '--pack-destination', folder)],
])
console.log(`\nInstall them in your project:\n\n  npm install ${folder}/*.tgz`)
