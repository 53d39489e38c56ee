// What `npm publish` would send of each package.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { links } from './markdown.mjs'
import { root } from './workspace.mjs'

/** The files that a package sends, without making a tarball. */
function packed(folder) {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  return files.map(({ path }) => path)
}

/** Every file that an `exports` field names. */
function exported(entry) {
  return typeof entry === 'string' ? [normalize(entry)] : Object.values(entry).flatMap(exported)
}

describe.each(['protocol', 'fastify-rooms', 'react-rooms'])('the package of packages/%s', (name) => {
  const folder = join(root, 'packages', name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const paths = existsSync(join(folder, 'dist')) ? packed(folder) : []

  test('is built, and holds every file that its exports name, and README.md', () => {
    expect([...exported(manifest.exports), 'README.md'].filter((path) => !paths.includes(path))).toEqual([])
  })
  test('links in its README to nothing that npm could not show', () => {
    expect(links(readFileSync(join(folder, 'README.md'), 'utf8')).filter(({ target }) => !/^(#|https:)/.test(target))).toEqual([])
  })
  test('holds no tests, no sources and nothing that a build left', () => {
    expect(paths.filter((path) => /(^|\/)(test|tests|src|node_modules|\.turbo)\/|\.test\.|\.tsbuildinfo$|(?<!\.d)\.tsx?$/.test(path))).toEqual([])
  })
  test('names no folder of this machine, in its source maps neither', () => {
    const text = paths.filter((path) => /\.(js|map|ts|json|md)$/.test(path)).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
    expect(text.filter((file) => [root, homedir()].some((machine) => machine.length > 1 && file.text.includes(`${machine}/`))).map(({ path }) => path)).toEqual([])
    const sources = text.filter(({ path }) => path.endsWith('.map')).flatMap((file) => JSON.parse(file.text).sources.map((source) => ({ path: file.path, source })))
    expect(sources.filter(({ path, source }) => source.startsWith('/') || normalize(join('packages', name, dirname(path), source)).startsWith('..'))).toEqual([])
  })
})
