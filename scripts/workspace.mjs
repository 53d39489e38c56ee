import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the root package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const { packageManager, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** A command of the pinned pnpm; npx fetches it, so that a bare machine needs Node and npm only. */
export function pnpm(...args) {
  return ['npx', ['--yes', packageManager, ...args]]
}

/** The environment of our own steps: the caller's, minus what would change their result. */
export function stepEnvironment() {
  const environment = {
    ...process.env,
    // pnpm asks no questions.
    CI: 'true',
    NO_COLOR: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NO_UPDATE_NOTIFIER: '1',
  }
  delete environment['FORCE_COLOR']
  // 'production' would leave the build tools out of the installation, 'development' would build a development bundle.
  delete environment['NODE_ENV']
  return environment
}

/** What is wrong with this Node version, or `null`. */
export function nodeProblem(version = process.versions.node) {
  const wanted = engines.node.replace('>=', '')
  const [major, minor] = version.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return null
  return `Rooms needs Node ${wanted} or newer; this is ${version}.`
}
