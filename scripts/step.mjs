import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'

/** How long a step that was told to end may take before it is killed. */
const KILL_AFTER_MS = 5_000
/** One step's output kept in memory; the front of a longer one is cut. */
const MAX_OUTPUT = 4_000_000

/** Steps that are running now, so that a signal can end them. */
const running = new Set()
let ending = false

/** A step that failed: its title is on the terminal already, its output is here. */
export class StepFailed extends Error {
  constructor(title, reason, output) {
    super(`${title}: ${reason}`)
    this.output = output
  }
}

/**
 * Runs one command as a step: one line on the terminal while it works and how long it took. Nothing of its output is
 * shown; the caller prints `StepFailed.output` when it fails.
 *
 * The command is the leader of its own process group: whatever it starts ends with it.
 *
 * @param {string} title what the line says
 * @param {readonly [string, readonly string[]]} command program and arguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, out?: NodeJS.WritableStream }} [options] `timeoutMs` 10 minutes by default
 * @returns {Promise<string>} the output, stdout and stderr as they came
 * @throws StepFailed when the command cannot start, exits with another code than 0, or takes longer than `timeoutMs`
 */
export async function runStep(title, [program, args], { cwd, env = process.env, timeoutMs = 600_000, out = process.stdout } = {}) {
  out.write(`  ${title} … `)
  const started = Date.now()
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  running.add(child)
  let output = ''
  const keep = (chunk) => { output = (output + chunk).slice(-MAX_OUTPUT) }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  let late = false
  const timer = setTimeout(() => { late = true; endGroup(child) }, timeoutMs)
  let reason = ''
  try {
    const [code, signal] = await once(child, 'close')
    if (late) reason = `not done after ${timeoutMs / 1000} s`
    else if (code !== 0) reason = signal === null ? `exit code ${code}` : `ended by ${signal}`
  } catch (error) {
    reason = `${program} cannot be started (${error.code ?? error.message})`
  } finally {
    clearTimeout(timer)
    running.delete(child)
  }
  // A signal ends this process once its steps are gone; nothing may come after them.
  if (ending) return new Promise(() => {})
  out.write(reason === '' ? `${seconds(Date.now() - started)}\n` : `failed (${reason})\n`)
  if (reason !== '') throw new StepFailed(title, reason, stripVTControlCharacters(output))
  return output
}

/**
 * Ends every running step and then this process when it gets SIGINT, SIGTERM or SIGHUP.
 *
 * @returns {() => void} gives the signals back
 */
export function endStepsOnSignal() {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
  const end = async (signal) => {
    if (ending) return
    ending = true
    process.stdout.write('stopped\n')
    const ended = [...running].map((child) => once(child, 'close'))
    for (const child of running) endGroup(child)
    await Promise.all(ended)
    process.exit(codes[signal])
  }
  for (const signal of Object.keys(codes)) process.on(signal, end)
  return () => { for (const signal of Object.keys(codes)) process.off(signal, end) }
}

function endGroup(child) {
  if (child.pid === undefined) return
  signalGroup(child.pid, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS)
  child.once('close', () => clearTimeout(timer))
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
