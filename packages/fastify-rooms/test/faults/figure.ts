import { TestRunner } from 'vitest'
import { type Fault, FAULT_TABLE, type Figure, lineOf } from './fault-table.js'
import { FULL } from './scale.js'

declare module 'vitest' {
  interface TaskMeta {
    /** What the test measured of the fault table. */
    figures?: Figure[]
  }
}

/** Prints what the running test measured of a fault, and keeps it for the table at the end; `inSmall` is what must be where the scale is smaller. */
export function figure<F extends Fault>(fault: F, what: Extract<keyof (typeof FAULT_TABLE)[F], string>, measured: string, inSmall?: string): void {
  const promised: Readonly<Record<string, string>> = FAULT_TABLE[fault]
  const told: Figure = { fault, what, demanded: FULL ? promised[what]! : (inSmall ?? promised[what]!), measured }
  const { meta } = TestRunner.getCurrentTest()!
  meta.figures = [...(meta.figures ?? []), told]
  process.stdout.write(`${lineOf(told)}\n`)
}

/** Seconds for people. */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 1_000 ? 2 : 1)} s`

/** What became of events, as the table names it. */
export function fate({ lost, duplicated, outOfOrder, resets }: { readonly lost: number; readonly duplicated: number; readonly outOfOrder: number; readonly resets: number }): string {
  return `${lost} lost, ${duplicated} twice, ${outOfOrder} out of order, ${resets} resets`
}
