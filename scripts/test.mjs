// `npm test`: everything a change must pass, from a bare clone on, and one closing line with the counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installation, missing } from './debian-packages.mjs'
import { StepFailed, endStepsOnSignal, runStep } from './step.mjs'
import { addTally, noTests, tallyOf } from './tally.mjs'
import { nodeProblem, pnpm, root, stepEnvironment } from './workspace.mjs'

const problem = nodeProblem()
if (problem !== null) {
  console.error(problem)
  process.exit(1)
}

endStepsOnSignal()
const env = stepEnvironment()
const reports = mkdtempSync(join(tmpdir(), 'rooms-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

const failures = []
let tests = noTests

/** Runs a step and keeps its failure; whether it passed. */
async function pass(title, command, options = {}) {
  try {
    await runStep(title, command, { cwd: root, env, ...options })
    return true
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    failures.push(error)
    return false
  }
}

/** Runs a vitest step and adds its tests to the count. */
async function passTests(title, name, cwd, ...args) {
  const report = join(reports, `${name}.json`)
  const command = pnpm('exec', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args)
  const passed = await pass(title, command, { cwd, timeoutMs: 400_000 })
  const tally = readTally(report)
  tests = addTally(tests, tally)
  // A run can fail without a failed test (an error outside one, a file that does not load): it still counts as one.
  if (!passed && tally.failed === 0) tests = addTally(tests, { ...noTests, failed: 1 })
}

function readTally(report) {
  try {
    return tallyOf(JSON.parse(readFileSync(report, 'utf8')))
  } catch {
    return noTests
  }
}

/** A step without tests of its own counts when it fails. */
async function check(title, command, options) {
  const passed = await pass(title, command, options)
  if (!passed) tests = addTally(tests, { ...noTests, failed: 1 })
  return passed
}

async function installPrograms() {
  const packages = missing().map((entry) => entry.package)
  if (packages.length === 0) return
  const how = installation(packages)
  if (typeof how === 'string') {
    console.log(`  ${how}`)
    failures.push(new StepFailed('Installing programs', `${packages.join(' and ')} missing`, how))
    tests = addTally(tests, { ...noTests, failed: 1 })
    return
  }
  for (const command of how) if (!(await check(`Installing ${packages.join(', ')} (apt-get ${command[1].includes('update') ? 'update' : 'install'})`, command))) return
}

async function run() {
  if (!(await check('Installing packages', pnpm('install', '--frozen-lockfile')))) return
  await installPrograms()
  await check('Lint and house rules', pnpm('run', 'lint'))
  if (!(await check('Building', pnpm('exec', 'turbo', 'run', 'build')))) return
  await check('Types', pnpm('exec', 'turbo', 'run', 'typecheck', '--continue=always', '--output-logs=errors-only'))
  await check('Documents', pnpm('run', 'check-docs'))
  await passTests('Unit and integration tests', 'unit', root, '--exclude', '**/e2e/**')
  await passTests('Browser tests', 'browser', join(root, 'apps/demo-web'), '--config', 'vitest.e2e.config.ts')
}

const started = Date.now()
await run()
for (const failure of failures) console.log(`\n──── ${failure.message}\n\n${failure.output.trim()}`)
if (tests.skipped > 0) console.log(`\n${tests.skipped} skipped`)
console.log(`\nDone in ${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${tests.passed} passed, ${tests.failed} failed`)
process.exit(tests.failed === 0 && failures.length === 0 ? 0 : 1)
