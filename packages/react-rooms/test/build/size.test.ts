import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = join(import.meta.dirname, '../../scripts/size.mjs')

it('the core and the query layer weigh no more than they may', async () => {
  const { stdout, code } = await promisify(execFile)(process.execPath, [script]).then((done) => ({ ...done, code: 0 }), (failed: { stdout: string; code: number }) => failed)
  process.stdout.write(stdout)
  expect([code, stdout]).toEqual([0, stdout])
}, 60_000)
