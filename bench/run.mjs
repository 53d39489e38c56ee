// `npm run bench`: all benchmarks, or those that are named, one after the other. Prints tables, and at full scale writes
// results/results.json and the figures in docs/benchmarks.md.
import { parseArgs } from 'node:util'
import { benches } from './benches.mjs'
import { pinningText } from './child-process.mjs'
import { writeDocument } from './report/document.mjs'
import { loadNow, machine } from './report/machine.mjs'
import { readResults, writeResults } from './report/results.mjs'
import { printSection } from './report/terminal.mjs'
import { scales } from './scales.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    /** Sizes that show that everything works; nothing is judged or written. */
    small: { type: 'boolean', default: false },
    /** Only print, at full scale too. */
    'no-write': { type: 'boolean', default: false },
    /** A folder for CPU profiles of the servers. */
    profile: { type: 'string' },
  },
})
const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name))
if (unknown !== undefined) {
  console.error(`There is no benchmark '${unknown}'. There are: ${benches.map(({ name }) => name).join(', ')}`)
  process.exit(1)
}

const chosen = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const scale = values.small ? scales.small : scales.full
const writes = !values.small && !values['no-write'] && values.profile === undefined
const flags = (peer) => (values.profile === undefined || peer === 'bun' ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}/${peer}`])
const failed = []
const started = performance.now()
console.log(`${chosen.length} benchmarks, ${values.rounds} rounds each, ${pinningText}\n`)

for (const bench of chosen) {
  console.log(`${bench.title}`)
  const load = loadNow()
  const measured = await measure(bench)
  if (measured === null) continue
  const { files = {}, ...section } = measured
  const kept = { name: bench.name, title: bench.title, takenAt: new Date().toISOString(), rounds: Number(values.rounds), machineLoadBefore: load, ...section }
  printSection(kept, values.small ? [] : bench.targets)
  if (!writes) continue
  // After each, so that a run that is stopped leaves figures and page agreeing.
  writeResults({ ...readResults(), machine: machine(), [bench.name]: kept }, files)
  writeDocument(benches, readResults())
}
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`)
console.log(`\n${Math.round((performance.now() - started) / 1_000)} s${writes ? '; wrote bench/results/results.json and docs/benchmarks.md' : ''}`)
// Whatever still listens or waits is not waited for.
process.exit(failed.length === 0 ? 0 : 1)

/** One that fails leaves the others to be measured, and its last figures as they are. */
async function measure(bench) {
  try {
    return await bench.run({ scale, rounds: Number(values.rounds), flags })
  } catch (error) {
    failed.push(bench.name)
    console.error(`\n  ${bench.name} failed: ${error.message}\n`)
    return null
  }
}
