import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the root package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const { packageManager, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** A command of the pinned pnpm; npx fetches it, so that a bare machine needs Node and npm only. */
export function pnpm(...args) {
  return ['npx', ['--yes', packageManager, ...args]]
}

/** Names and folders of the workspace's packages that have the script. */
export function packagesWith(script) {
  const folders = ['packages', 'apps', 'examples'].flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
  return [...folders, join(root, 'integration')].flatMap((folder) => {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) return []
    const { name, scripts = {} } = JSON.parse(readFileSync(file, 'utf8'))
    return script in scripts ? [{ name, folder }] : []
  })
}

/** Folders that git ignores, by name. */
const IGNORED = /^(?:node_modules|dist|packed|coverage|screenshots|\.git|\.turbo|\.data|\.vite|\.snippets-.*)$/

/** The repository's files, new ones included. Read from the disk, because a machine that runs the checks need not have git. */
export function repositoryFiles(folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return IGNORED.test(entry.name) ? [] : repositoryFiles(path)
    return entry.isFile() ? [path] : []
  })
}

/** The environment of our own steps: the caller's, minus what would change their result. */
export function stepEnvironment() {
  const environment = {
    ...process.env,
    // pnpm asks no questions.
    CI: 'true',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NO_UPDATE_NOTIFIER: '1',
  }
  // 'production' would leave the build tools out of the installation, 'development' would build a development bundle.
  delete environment['NODE_ENV']
  // Left by an `npx --package node@24 --call 'npm start'` around us; our own npx would obey them.
  delete environment['npm_config_call']
  delete environment['npm_config_package']
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
