import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Whether processes can be kept to one core each, so that they do not take time from each other. */
export const pinning = availableParallelism() > 1 && spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0

/** How processes were kept apart, for the head of a report. */
export const pinningText = pinning ? 'servers on core 0, load generator on core 1' : 'processes not pinned to cores (no taskset, or one core): expect noise'

/**
 * Starts a script (a `URL`) on one core and hands it its set-up. Whoever waits for an answer of it learns that it ended.
 *
 * @param {readonly string[]} flags the runtime's
 * @param {string} runtime Node unless another program is named
 */
export function start(script, core, setup, flags = [], runtime = process.execPath) {
  const options = { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }
  const child = pinning
    ? fork(script, { ...options, execPath: 'taskset', execArgv: ['-c', String(core), runtime, ...flags] })
    : fork(script, { ...options, execPath: runtime, execArgv: flags })
  // Who talks to one that is gone learns it from the answer that does not come.
  child.on('error', () => {})
  child.send(setup)
  return child
}

/** The next message of this type; rejects when the process ends before. */
export function answer(child, type) {
  return new Promise((resolve, reject) => {
    const settle = (done, value) => {
      child.off('message', read)
      child.off('exit', ended)
      done(value)
    }
    const read = (message) => { if (message.type === type) settle(resolve, message) }
    const ended = (code, signal) => settle(reject, new Error(`${child.spawnargs.at(-1)} ended by ${signal ?? `code ${code}`} before it said '${type}'`))
    child.on('message', read)
    child.on('exit', ended)
  })
}

/** Asks and waits for the answer, which has the question's type. */
export async function ask(child, question) {
  const told = answer(child, question.type)
  child.send(question)
  return told
}

/** Memory of a process that is in RAM, in bytes, as the kernel counts it. */
export function residentBytes(child) {
  const [, pages] = readFileSync(`/proc/${child.pid}/statm`, 'latin1').split(' ')
  return Number(pages) * 4_096
}

export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Ends a process that exits by itself when nobody talks to it any more, so that it can write its profile. */
export async function letGo(child) {
  if (!child.connected) return end(child)
  child.disconnect()
  await once(child, 'exit')
}
