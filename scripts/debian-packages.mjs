import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs the tests start, and the Debian package each is in. Without an `optional` one its tests are skipped. */
export const needed = [
  { program: 'redis-server', package: 'redis-server' },
  { program: 'chromium', package: 'chromium' },
  { program: 'faketime', package: 'faketime', optional: true },
  { program: 'nginx', package: 'nginx-light', optional: true },
]

/** Those of `needed` that are not on the PATH, nor where Debian puts servers. */
export function missing(path = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin`) {
  return needed.filter(({ program }) => !path.split(delimiter).some((folder) => executable(join(folder, program))))
}

/**
 * How to install packages here: `[program, arguments]` commands in order, or the sentence that tells a person what to do.
 *
 * @param {readonly string[]} packages Debian package names
 * @param {{ isRoot?: boolean, succeeds?: (program: string, args: readonly string[]) => boolean }} [machine]
 */
export function installation(packages, { isRoot = process.getuid?.() === 0, succeeds = runsQuietly } = {}) {
  const byHand = `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}`
  if (!succeeds('apt-get', ['--version'])) return `These tests need ${packages.join(' and ')}, and there is no apt-get to install them with: install them with your system's package manager, then run npm test again.`
  const sudo = isRoot ? [] : ['sudo', '-n']
  if (!isRoot && !succeeds('sudo', ['-n', 'true'])) return `These tests need ${packages.join(' and ')}. Install them, then run npm test again:\n  sudo sh -c '${byHand}'`
  return [['update'], ['install', '--yes', '--no-install-recommends', ...packages]].map((args) => {
    const [program, ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    return [program, rest]
  })
}

function runsQuietly(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
