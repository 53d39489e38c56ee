// House rules a linter has no rule for: lengths, names, leftovers. `any`, `@ts-ignore` and `console` are oxlint's.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repositoryFiles, root } from './workspace.mjs'

const MAX_SOURCE_LINES = 300
const MAX_TEST_LINES = 400

const isCode = (path) => /\.(ts|tsx|mjs)$/.test(path)
const isTest = (path) => /\.test\.(ts|tsx|mjs)$/.test(path) || /(^|\/)(test|e2e)\//.test(path)
/** Scripts name the words they look for. */
const isProduct = (path) => isCode(path) && !path.startsWith('scripts/')
const isPackageSource = (path) => /^packages\/[^/]+\/src\//.test(path)

const rules = [
  {
    applies: isCode,
    check: (path, lines) => {
      const limit = isTest(path) ? MAX_TEST_LINES : MAX_SOURCE_LINES
      return lines.length > limit ? [[lines.length, `has ${lines.length} lines; the limit is ${limit}: split it by concept`]] : []
    },
  },
  {
    // Examples keep the file names of the templates that people start from.
    applies: (path) => isCode(path) && !path.startsWith('examples/'),
    check: (path) => {
      const name = basename(path).replace(/\..*$/, '')
      if (/^(utils?|helpers?|common|types|managers?)$/.test(name)) return [[1, `is called '${name}': name the file for the one concept in it`]]
      return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [[1, `is not kebab-case: '${name}'`]]
    },
  },
  { applies: isProduct, check: eachLine(/\b(TODO|FIXME|XXX)\b/, (word) => `says ${word}: do it, or open an issue and leave the code whole`) },
  { applies: (path) => isProduct(path) && isTest(path), check: eachLine(/\b(?:it|test|describe)\.(only|skip|todo)\b/, (word) => `has .${word}: every test runs`) },
  { applies: (path) => isProduct(path) && isTest(path), check: eachLine(/\bsetTimeout\((?:r|res|resolve|done)\b|\bsleep\(|\bretry: *[1-9]/, () => 'waits for time: wait for the event itself, or use fake timers') },
  { applies: (path) => isPackageSource(path) && basename(path) === 'index.ts', check: eachLine(/^(?!\s*(?:\/\/|\*|\/\*)).*(?:\b(?:function|class|const|let|if|for)\b|=>)/, () => 'holds logic: an index.ts only exports') },
  { applies: isPackageSource, check: eachLine(/^\s*\/\/\s*(?:(?:import|export|const|let|return|await|if)\b.*[;{)'"]|[\w.]+\(.*\)\s*;?)$/, () => 'is commented-out code: git keeps it') },
]

/**
 * What breaks a house rule, as `path:line: what and the cure`.
 *
 * @param {readonly { path: string, text: string }[]} files paths relative to the root
 */
export function houseProblems(files) {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n')
    return rules.filter((rule) => rule.applies(path)).flatMap((rule) => rule.check(path, lines).map(([line, what]) => `${path}:${line}: ${what}`))
  })
}

function eachLine(pattern, say) {
  return (_path, lines) => lines.flatMap((line, index) => {
    const match = pattern.exec(line)
    return match === null ? [] : [[index + 1, say(match[1])]]
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = repositoryFiles().filter(isCode).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  const problems = houseProblems(files)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exit(1)
}
