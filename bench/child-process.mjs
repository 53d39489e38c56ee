import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

/** Whether processes can be kept to one core each, so that they do not take time from each other. */
export const pinning = availableParallelism() > 1 && spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0

/** Starts a script (a `URL`) on one core and hands it its set-up; its failure is the benchmark's. `flags` are Node's. */
export function start(script, core, setup, flags = []) {
  const options = { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }
  const child = pinning
    ? fork(script, { ...options, execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, ...flags] })
    : fork(script, { ...options, execArgv: flags })
  child.send(setup)
  child.once('exit', (code) => { if (code !== null && code !== 0) throw new Error(`${script} ended with code ${code}`) })
  return child
}

/** The next message of this type. */
export async function answer(child, type) {
  for (;;) {
    const [message] = await once(child, 'message')
    if (message.type === type) return message
  }
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
