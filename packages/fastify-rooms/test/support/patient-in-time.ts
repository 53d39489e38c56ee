import { vi } from 'vitest'
import type * as InTime from '../../src/in-time.js'

const actual = await vi.importActual<typeof InTime>('../../src/in-time.js')
/** Longer than a machine stalls. */
const PATIENCE_MS = 15_000

/**
 * For tests in which Redis only has to answer, not to answer soon: nothing is late that comes within 15 s. With
 * `vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))` at the top of a test.
 */
export const { ANSWER_MS, answerInTime } = actual
export const inTime: typeof InTime.inTime = (work, ms, late) => actual.inTime(work, Math.max(ms, PATIENCE_MS), late)
