/** Milliseconds of a clock that runs alike in every process of the machine. */
export function sharedClockMs() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Processor time this process has taken, in the kernel too. */
export function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
