import { afterEach, describe, expect, it, vi } from 'vitest'
import { nodeProblem, packagesWith, pnpm, repositoryFiles, stepEnvironment } from './workspace.mjs'

afterEach(() => vi.unstubAllEnvs())

describe('the workspace', () => {
  it.each(['18.20.0', '20.18.3'])('refuses Node %s, naming the version it needs', (version) => {
    expect(nodeProblem(version)).toBe(`Rooms needs Node 20.19 or newer; this is ${version}.`)
  })

  it.each(['20.19.0', '20.20.2', '22.0.0', '26.1.0'])('takes Node %s', (version) => {
    expect(nodeProblem(version)).toBeNull()
  })

  it('runs the pnpm that package.json pins', () => {
    expect(pnpm('install')).toEqual(['npx', ['--yes', expect.stringMatching(/^pnpm@\d+\.\d+\.\d+$/), 'install']])
  })

  it('builds the same whatever NODE_ENV the caller has, and asks no questions', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(stepEnvironment()).not.toHaveProperty('NODE_ENV')
    expect(stepEnvironment()).toMatchObject({ CI: 'true', TURBO_TELEMETRY_DISABLED: '1', PATH: process.env['PATH'] })
  })

  it('starts its own npx without the orders of one around it', () => {
    vi.stubEnv('npm_config_call', 'npm start')
    vi.stubEnv('npm_config_package', 'node@24')
    expect(Object.keys(stepEnvironment())).not.toEqual(expect.arrayContaining([expect.stringMatching(/^npm_config_(call|package)$/)]))
  })

  it('knows which packages have tests', () => {
    expect(packagesWith('test').map(({ name }) => name)).toEqual(expect.arrayContaining(['rooms-protocol', 'fastify-rooms', 'react-rooms', 'demo-api', 'example-quickstart']))
    expect(packagesWith('no such script')).toEqual([])
  })

  it('lists its files without what is installed or built', () => {
    const files = repositoryFiles()
    expect(files).toEqual(expect.arrayContaining(['package.json', '.ci/run', 'packages/protocol/src/index.ts']))
    expect(files.filter((file) => /(^|\/)(node_modules|dist)\//.test(file))).toEqual([])
  })
})
