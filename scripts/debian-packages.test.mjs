import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installation, missing } from './debian-packages.mjs'

const packages = ['redis-server', 'chromium']

describe('the programs the tests need', () => {
  it('are missing unless an executable of that name is on the PATH', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rooms-path-'))
    try {
      writeFileSync(join(folder, 'chromium'), '', { mode: 0o755 })
      writeFileSync(join(folder, 'redis-server'), '', { mode: 0o644 })
      expect(missing(`/nowhere:${folder}`).map((entry) => entry.program)).toEqual(['redis-server', 'faketime', 'nginx'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('are installed by root after an update of the package lists', () => {
    expect(installation(packages, { isRoot: true, succeeds: () => true })).toEqual([
      ['env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'update']],
      ['env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '--yes', '--no-install-recommends', 'redis-server', 'chromium']],
    ])
  })

  it('are installed through sudo where it asks for no password', () => {
    const commands = installation(packages, { isRoot: false, succeeds: () => true })
    expect(commands.map(([program, args]) => [program, args[0]])).toEqual([['sudo', '-n'], ['sudo', '-n']])
  })

  it('are named with the exact command where nobody may install them', () => {
    const advice = installation(packages, { isRoot: false, succeeds: (program) => program !== 'sudo' })
    expect(advice).toContain("sudo sh -c 'apt-get update && apt-get install --yes --no-install-recommends redis-server chromium'")
  })

  it('are named where there is no apt-get', () => {
    expect(installation(packages, { isRoot: true, succeeds: () => false })).toContain('redis-server and chromium')
  })
})
