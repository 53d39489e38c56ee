import { cpus } from 'node:os'

/** Milliseconds of a clock that runs alike in every process of the machine; Bun's `hrtime` begins with its process. */
export function sharedClockMs() {
  return performance.timeOrigin + performance.now()
}

/** Processor time this process has taken, in the kernel too. */
export function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** The part of it that the kernel took: sockets, mostly. */
export function kernelMs() {
  return process.cpuUsage().system / 1_000
}

/** Processor time that all processes of the machine have taken. */
export function machineCpuMs() {
  return cpus().reduce((all, { times: { user, nice, sys, irq } }) => all + user + nice + sys + irq, 0)
}
