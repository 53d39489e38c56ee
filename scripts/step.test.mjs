import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { runStep } from './step.mjs'

const folder = mkdtempSync(join(tmpdir(), 'rooms-step-'))
afterAll(() => rmSync(folder, { recursive: true }))

const node = (code) => [process.execPath, ['-e', code]]

function paper() {
  let text = ''
  const out = new Writable({ write(chunk, _encoding, done) { text += chunk; done() } })
  return { out, text: () => text }
}

describe('a step', () => {
  it('prints one line and hands back the output', async () => {
    const { out, text } = paper()
    expect(await runStep('Building', node('console.log("a"); console.error("b")'), { out })).toMatch(/^(a\nb|b\na)\n$/)
    expect(text()).toMatch(/^ {2}Building … \d+\.\d s\n$/)
  })

  it('that exits with another code than 0 fails with its output', async () => {
    const { out, text } = paper()
    await expect(runStep('Building', node('console.log("the reason"); process.exit(3)'), { out })).rejects.toMatchObject({ message: 'Building: exit code 3', output: 'the reason\n' })
    expect(text()).toBe('  Building … failed (exit code 3)\n')
  })

  it('that cannot start names its program', async () => {
    await expect(runStep('Building', ['no-such-program', []], { out: paper().out })).rejects.toThrow('no-such-program cannot be started (ENOENT)')
  })

  it('that takes too long ends with everything it started', async () => {
    const failure = await runStep('Building', node(withChild), { out: paper().out, timeoutMs: 500 }).catch((error) => error)
    expect(failure.message).toBe('Building: not done after 0.5 s')
    expect(alive(Number(failure.output))).toBe(false)
  })

  it.each([['SIGINT', 130], ['SIGTERM', 143]])('ends with everything it started when the script gets %s', async (signal, code) => {
    const script = spawn(process.execPath, ['--input-type=module', '-e', interrupted], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PID_FILE: join(folder, signal) } })
    script.stdout.setEncoding('utf8')
    let output = ''
    const grandchild = await new Promise((resolve, reject) => {
      script.once('close', () => reject(new Error(`it ended too early: ${output}`)))
      script.stdout.on('data', (chunk) => {
        output += chunk
        const match = /pid (\d+)\n/.exec(output)
        if (match !== null) resolve(Number(match[1]))
      })
    })
    script.kill(signal)
    expect(await once(script, 'close')).toEqual([code, null])
    expect(alive(grandchild)).toBe(false)
    expect(output).not.toContain('next step')
  })
})

/** Starts a child that stays, and prints its process id. */
const withChild = 'const c = require("node:child_process").spawn("sleep", ["60"]); console.log(c.pid)'

/** Runs a step that never ends; the step sends SIGUSR2 once its own child runs. */
const interrupted = `
  import { readFileSync } from 'node:fs'
  import { endStepsOnSignal, runStep } from ${JSON.stringify(new URL('./step.mjs', import.meta.url).href)}
  const file = process.env.PID_FILE
  process.on('SIGUSR2', () => console.log('pid ' + readFileSync(file, 'utf8').trim()))
  endStepsOnSignal()
  await runStep('Building', ['sh', ['-c', 'sleep 60 & echo $! > "$PID_FILE"; kill -USR2 $PPID; wait']]).catch(() => {})
  console.log('next step')
`

/** Whether a process runs; one that ended and waits for its parent's last look does not. */
function alive(pid) {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
