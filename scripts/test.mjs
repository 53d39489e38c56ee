// `npm test`: everything a change must pass, from a bare clone on, and one closing line with the counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installation, missing } from './debian-packages.mjs'
import { StepFailed, endStepsOnSignal, runStep } from './step.mjs'
import { addTally, noTests, tallyOf } from './tally.mjs'
import { nodeProblem, packagesWith, pnpm, root, stepEnvironment } from './workspace.mjs'

const problem = nodeProblem()
if (problem !== null) {
  console.error(problem)
  process.exit(1)
}

endStepsOnSignal()
const env = stepEnvironment()
const reports = mkdtempSync(join(tmpdir(), 'rooms-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

/** The whole run is given up after this long; a step alone after `STEP_MS`. */
const RUN_MS = 870_000
const STEP_MS = 450_000

const started = Date.now()
const failures = []
let tests = noTests

/** Runs a step and keeps its failure; whether it passed. */
async function pass(title, command, cwd = root) {
  try {
    await runStep(title, command, { cwd, env, timeoutMs: Math.max(1_000, Math.min(STEP_MS, started + RUN_MS - Date.now())) })
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
  const passed = await pass(title, command, cwd)
  const tally = readTally(report)
  tests = addTally(tests, tally)
  // A run can fail without a failed test (an error outside one, a file that does not load): it still counts as one.
  if (!passed && tally.failed === 0) countFailure()
}

function readTally(report) {
  try {
    return tallyOf(JSON.parse(readFileSync(report, 'utf8')))
  } catch {
    return noTests
  }
}

/** A step without tests of its own counts when it fails. */
async function check(title, command) {
  const passed = await pass(title, command)
  if (!passed) countFailure()
  return passed
}

function countFailure() {
  tests = addTally(tests, { ...noTests, failed: 1 })
}

async function installPrograms() {
  const programs = missing()
  const packages = programs.map((entry) => entry.package)
  if (packages.length === 0) return
  const how = installation(packages)
  if (typeof how === 'string') {
    console.log(`  ${how}`)
    if (programs.every(({ optional }) => optional === true)) return
    failures.push(new StepFailed('Installing programs', `${packages.join(' and ')} missing`, how))
    countFailure()
    return
  }
  const [update, install] = how
  if (await check('Updating the lists of Debian packages', update)) await check(`Installing ${packages.join(' and ')}`, install)
}

async function run() {
  if (!(await check('Installing packages', pnpm('install', '--frozen-lockfile')))) return
  await installPrograms()
  await check('Lint and house rules', pnpm('run', 'lint'))
  if (!(await check('Building', pnpm('exec', 'turbo', 'run', 'build')))) return
  await check('Types', pnpm('exec', 'turbo', 'run', 'typecheck', '--continue=always', '--output-logs=errors-only'))
  await check('Documents', pnpm('run', 'check-docs'))
  await passTests('Tests of the scripts', 'scripts', root)
  for (const { name, folder } of packagesWith('test')) await passTests(`Tests of ${name}`, name, folder)
  for (const { name, folder } of packagesWith('e2e')) await passTests(`Browser tests of ${name}`, `${name}-browser`, folder, '--config', 'vitest.e2e.config.ts')
}

await run()
for (const failure of failures) console.log(`\n──── ${failure.message}\n\n${failure.output.trim()}`)
if (tests.skipped > 0) console.log(`\n${tests.skipped} skipped`)
console.log(`\nDone in ${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${tests.passed} passed, ${tests.failed} failed`)
process.exit(tests.failed === 0 && failures.length === 0 ? 0 : 1)
