import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../results/results.json', import.meta.url)

/** What was measured last, by benchmark: running one of them keeps the others. */
export function readResults() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

/** @param {Record<string, string>} files what lies beside the figures: charts */
export function writeResults(results, files) {
  mkdirSync(new URL('.', file), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, file), text)
  writeFileSync(file, `${JSON.stringify(results, (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value), 1)}\n`)
}
