import type { Reporter, TestCase } from 'vitest/node'
import { FAULT_TABLE, type Figure, lineOf } from './fault-table.js'

/** Ends a run with the whole fault table: each figure, whether its test held, and what nothing measured, which fails the run. */
export default class FaultTableReporter implements Reporter {
  readonly #lines = new Map<string, string[]>()

  onTestCaseResult(test: TestCase): void {
    const verdict = test.result().state === 'passed' ? 'held   ' : 'FAILED '
    for (const told of test.meta().figures ?? []) {
      const key = keyOf(told)
      this.#lines.set(key, [...(this.#lines.get(key) ?? []), `${verdict} ${lineOf(told)}`])
    }
  }

  onTestRunEnd(): void {
    const wanted = Object.entries(FAULT_TABLE).flatMap(([fault, demands]) => Object.entries<string>(demands).map(([what, demanded]): Figure => ({ fault, what, demanded, measured: 'not measured' })))
    const table = wanted.flatMap((cell) => this.#lines.get(keyOf(cell)) ?? [`MISSING ${lineOf(cell)}`])
    process.stdout.write(`\nThe fault table\n${table.map((line) => `  ${line}\n`).join('')}\n`)
    if (wanted.some((cell) => !this.#lines.has(keyOf(cell)))) process.exitCode = 1
  }
}

function keyOf({ fault, what }: Figure): string {
  return `${fault} · ${what}`
}
