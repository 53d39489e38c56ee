import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeBlocks } from './markdown.mjs'
import { root } from './workspace.mjs'

/** The package whose dependencies snippets may import. */
const home = join(root, 'docs')

/**
 * The modules that a document's TypeScript blocks make:
 * - a block whose first line is `// path/file.ts` is that module;
 * - a block that imports something is a module of its own;
 * - any other block continues the module before it, in a scope of its own.
 * Blocks that show a file (`<!-- file: … -->`) are compiled where that file lives.
 *
 * @returns {Map<string, { code: string, line: number }[]>} by file name; each line of code with its line in the document
 */
export function modulesOf(text) {
  const modules = new Map()
  let current = null
  for (const block of codeBlocks(text)) {
    if (block.file !== null || !/^tsx?$/.test(block.language)) continue
    const name = /^\/\/ ([\w./-]+\.tsx?)\b/.exec(block.lines[0] ?? '')?.[1]
    const context = block.context.map((code, index) => ({ code, line: block.contextLine + index }))
    const lines = block.lines.map((code, index) => ({ code, line: block.line + index }))
    const opens = [...block.context, ...block.lines].some((line) => /^import\b/.test(line))
    if (name !== undefined || opens || current === null) {
      current = name ?? `snippet-${block.line}.${block.language}`
      modules.set(current, [...(modules.get(current) ?? []), ...context, ...lines])
    } else {
      const scoped = ![...block.context, ...block.lines].some((line) => /^(export|declare)\b/.test(line))
      const edge = (code) => (scoped ? [{ code, line: block.line }] : [])
      modules.get(current).push(...edge('{'), ...context, ...lines, ...edge('}'))
    }
  }
  return modules
}

/** Compiles a document's snippets against the built workspace; what does not compile, as `document:line: message`. */
export function snippetProblems(path, text) {
  const modules = modulesOf(text)
  if (modules.size === 0) return []
  const folder = mkdtempSync(join(home, '.snippets-'))
  try {
    for (const [name, lines] of modules) {
      const file = join(folder, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${lines.map(({ code }) => code).join('\n')}\nexport {}\n`)
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true, jsx: 'react-jsx', lib: ['es2023', 'dom', 'dom.iterable'], types: ['node'], noUnusedLocals: false, noUnusedParameters: false },
      include: ['**/*'],
    }))
    const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
    return status === 0 ? [] : located(path, modules, stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function located(path, modules, output) {
  const problems = output.split('\n').filter((line) => line !== '').flatMap((line) => {
    const match = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line)
    if (match === null) return line.startsWith(' ') ? [] : [`${path}: ${line}`]
    const lines = modules.get(match[1])
    const at = lines?.[Math.min(Number(match[2]), lines.length) - 1]?.line
    return [`${path}:${at ?? match[1]}: ${match[3]}`]
  })
  return problems.length > 0 ? problems : [`${path}: its snippets do not compile`]
}
