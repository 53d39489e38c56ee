// `pnpm mutation-check`: breaks fastify-rooms on purpose, in a copy, once for each of `mutations`, and fails where no test
// notices. Names of mutations (or parts of them) after `--` choose some.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutations } from './mutations.mjs'
import { StepFailed, endStepsOnSignal, runStep } from './step.mjs'
import { root, stepEnvironment } from './workspace.mjs'

endStepsOnSignal()
const tree = mkdtempSync(join(tmpdir(), 'rooms-mutation-'))
process.on('exit', () => rmSync(tree, { recursive: true, force: true }))
const source = join(root, 'packages/fastify-rooms')
const copy = join(tree, 'packages/fastify-rooms')
for (const name of ['src', 'test', 'package.json', 'README.md', 'tsconfig.json', 'vitest.config.ts']) cpSync(join(source, name), join(copy, name), { recursive: true })
cpSync(join(root, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'))
symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
symlinkSync(join(source, 'node_modules'), join(copy, 'node_modules'))

const chosen = process.argv.slice(2).filter((word) => word !== '--')
const asked = mutations.filter(({ breaks }) => chosen.length === 0 || chosen.some((word) => breaks.includes(word)))

let output = ''
/** Whether these tests pass in the copy as it is now. */
async function passes(title, tests) {
  try {
    await runStep(title, [process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--bail=1', ...tests]], { cwd: copy, env: stepEnvironment(), timeoutMs: 300_000, out: { write: () => true } })
    return true
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    output = error.output
    return false
  }
}

let unnoticed = 0
function report(mark, text) {
  if (mark !== 'noticed') unnoticed++
  console.log(`  ${mark.padEnd(9)} ${text}`)
}

if (!(await passes('unbroken', [...new Set(asked.flatMap(({ tests }) => tests))]))) {
  console.log(`${output}\nThese tests fail as it is: mend that first.`)
  process.exit(1)
}
for (const { breaks, file, find, replace, tests } of asked) {
  const path = join(copy, file)
  const whole = readFileSync(path, 'utf8')
  if (whole.split(find).length !== 2) report('stale', `${breaks} (its text does not stand once in ${file})`)
  else {
    writeFileSync(path, whole.replace(find, () => replace))
    report((await passes(breaks, tests)) ? 'UNNOTICED' : 'noticed', breaks)
    writeFileSync(path, whole)
  }
}
console.log(`\n${asked.length - unnoticed} of ${asked.length} noticed`)
process.exit(unnoticed === 0 ? 0 : 1)
