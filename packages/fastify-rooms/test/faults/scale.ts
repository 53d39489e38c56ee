/** Whether the tests run at the scale that the promises name (the script `faults`), or in small. */
export const FULL = process.env['ROOMS_FULL'] === '1'
