import { describe, expect, it } from 'vitest'
import { addTally, noTests, tallyOf } from './tally.mjs'

const report = { numPassedTests: 4, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [{ status: 'passed', assertionResults: [{}] }] }

describe('the count of tests', () => {
  it('takes passed, failed and skipped tests from a report', () => {
    expect(tallyOf(report)).toEqual({ passed: 4, failed: 1, skipped: 3 })
  })

  it('counts a test file that does not load as one failure', () => {
    expect(tallyOf({ ...report, testResults: [{ status: 'failed', assertionResults: [] }] }).failed).toBe(2)
  })

  it('adds up runs', () => {
    expect(addTally(tallyOf(report), addTally(noTests, tallyOf(report)))).toEqual({ passed: 8, failed: 2, skipped: 6 })
  })
})
