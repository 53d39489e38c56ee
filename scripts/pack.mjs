// `npm run pack`: the three packages as tarballs in packed/, to install in another project.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stepsOrExit } from './steps-or-exit.mjs'
import { pnpm, root } from './workspace.mjs'

const folder = join(root, 'packed')
const packages = '--filter=./packages/*'

// The compiler leaves what a file that is gone once made, and a cached build brings it back: neither may be packed.
for (const name of readdirSync(join(root, 'packages'))) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
rmSync(folder, { recursive: true, force: true })

await stepsOrExit('npm run pack', [
  ['Installing packages', pnpm('install', '--frozen-lockfile')],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', packages, '--force')],
  ['Packing', pnpm('--recursive', packages, 'pack', '--pack-destination', folder)],
])
console.log(`\nInstall them in your project:\n\n  npm install ${folder}/*.tgz`)
