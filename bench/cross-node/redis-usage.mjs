/** The benchmark's own questions. */
const OURS = new Set(['info', 'config|resetstat', 'flushall'])

/** Calls per command since the counts were last reset, as `INFO commandstats` tells them; a script's own commands are among them. */
export function commandCounts(info) {
  const counts = {}
  for (const [, command, calls] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) if (!OURS.has(command)) counts[command] = Number(calls)
  return counts
}

/** Processor time the server's main thread has taken, as `INFO cpu` tells it. */
export function redisCpuMs(info) {
  const seconds = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)[1])
  return (seconds('used_cpu_sys_main_thread') + seconds('used_cpu_user_main_thread')) * 1_000
}
