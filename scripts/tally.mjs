/** Counts of a test run that has not begun. */
export const noTests = Object.freeze({ passed: 0, failed: 0, skipped: 0 })

/** The counts of one vitest JSON report; a test file that failed to load counts as one failed test. */
export function tallyOf(report) {
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  }
}

export function addTally(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}
