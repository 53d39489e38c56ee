import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** How long a service that was told to end may take before it is killed; our nodes give up by themselves after 10 s. */
const KILL_AFTER_MS = 12_000

/**
 * A program that runs until it is stopped. Ctrl-C does not reach it by itself, so that services end in the order we say.
 *
 * @typedef {{ pid: number, ready: Promise<string>, ended: Promise<string>, stop(): Promise<void> }} Service
 * `ready`: its first line that matches; rejects with what it printed when it ends before. `ended`: how it ended, as a
 * person says it (`exit code 1`, `SIGKILL`).
 */

/**
 * @param {string} name for messages
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ ready: RegExp, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options `onLine` gets what it prints once it is ready
 * @returns {Service}
 */
export function startService(name, program, args, { ready: pattern, env = process.env, onLine = () => {} }) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const killAtExit = () => { child.kill('SIGKILL') }
  process.on('exit', killAtExit)
  const ended = end(child).finally(() => process.off('exit', killAtExit))
  const ready = new Promise((resolve, reject) => {
    const before = []
    let take = (line) => {
      before.push(line)
      if (!pattern.test(line)) return
      take = onLine
      resolve(line)
    }
    for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', (line) => take(line))
    ended.then((how) => reject(new Error(`${name} did not start (${how})${before.map((line) => `\n  ${line}`).join('')}`)), reject)
  })
  // Whoever stops a service before it is ready does not wait for that any more.
  ready.catch(() => {})
  return {
    pid: child.pid,
    ready,
    ended,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** How it ended. Its output has been read to the end by then. */
async function end(child) {
  try {
    const [code, signal] = await once(child, 'close')
    return signal ?? `exit code ${code}`
  } catch (error) {
    return `it cannot be started: ${error.code ?? error.message}`
  }
}
