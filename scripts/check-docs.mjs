// What the documents say is so: paths and links lead somewhere, snippets compile, shown files are shown as they are.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { pathToFileURL } from 'node:url'
import { anchors, codeBlocks, codeSpans, links } from './markdown.mjs'
import { snippetProblems } from './snippets.mjs'
import { repositoryFiles, root } from './workspace.mjs'

/** Folders that the map of the house need not name: what is in them is named by where they are. */
const UNMAPPED = /(^|\/)(public|migrations|meta)(\/|$)|\/(test|e2e)\/./

/** A code span that is meant as a path: it starts with a folder of the root, or ends like a file or a folder. */
function isPath(code, files) {
  if (/[\s*{}<>$:,;()'"=]/.test(code) || code.startsWith('@') || code.startsWith('/')) return false
  const tops = new Set(files.filter((file) => file.includes('/')).map((file) => file.slice(0, file.indexOf('/'))))
  return (code.includes('/') && tops.has(code.slice(0, code.indexOf('/')))) || /\.(ts|tsx|mjs|json|md|ya?ml|sql|css|html)$/.test(code) || /^[\w.-]+\/$/.test(code)
}

/** Paths named in a document that are not in the repository. */
export function pathProblems(path, text, files) {
  const known = knownPaths(files)
  return codeSpans(text)
    .filter(({ code }) => isPath(code, files) && !known.has(code.replace(/\/$/, '')))
    .map(({ code, line }) => `${path}:${line}: there is no ${code}`)
}

/** Folders of the repository that the map does not name. */
export function mapProblems(path, text, files) {
  const named = new Set(codeSpans(text).map(({ code }) => code.replace(/\/$/, '')))
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => dirname(file)))
  return [...folders].filter((folder) => !UNMAPPED.test(folder) && !named.has(folder)).map((folder) => `${path}: the map does not name ${folder}/`)
}

/** Relative links that lead nowhere. */
export function linkProblems(path, text, files, read) {
  const known = knownPaths(files)
  return links(text).flatMap(({ target, line }) => {
    if (/^[a-z]+:/.test(target)) return []
    const [file, anchor] = target.split('#')
    const to = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file))).replace(/\/$/, '')
    if (!known.has(to)) return [`${path}:${line}: the link to ${target} leads nowhere`]
    if (anchor !== undefined && anchor !== '' && to.endsWith('.md') && !anchors(file === '' ? text : read(to)).has(anchor)) return [`${path}:${line}: ${to} has no heading #${anchor}`]
    return []
  })
}

/** Blocks that claim to show a file and differ from it. */
export function shownFileProblems(path, text, files, read) {
  return codeBlocks(text).filter((block) => block.file !== null).flatMap((block) => {
    if (!files.includes(block.file)) return [`${path}:${block.line}: shows ${block.file}, which is not there`]
    return `${block.lines.join('\n')}\n` === read(block.file) ? [] : [`${path}:${block.line}: differs from ${block.file}: copy the file's text here`]
  })
}

function knownPaths(files) {
  const known = new Set(['.', ...files])
  for (const file of files) for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) known.add(folder)
  return known
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = repositoryFiles()
  const read = (path) => readFileSync(join(root, path), 'utf8')
  const documents = files.filter((path) => path.endsWith('.md')).map((path) => ({ path, text: read(path) }))
  const problems = documents.flatMap(({ path, text }) => [...linkProblems(path, text, files, read), ...shownFileProblems(path, text, files, read), ...snippetProblems(path, text)])
  if (existsSync(join(root, 'ARCHITECTURE.md'))) {
    const text = read('ARCHITECTURE.md')
    problems.push(...pathProblems('ARCHITECTURE.md', text, files), ...mapProblems('ARCHITECTURE.md', text, files))
  } else problems.push('ARCHITECTURE.md is missing')
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exit(1)
}
