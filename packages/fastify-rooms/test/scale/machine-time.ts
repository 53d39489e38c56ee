import { cpus } from 'node:os'
import type { Redis } from 'ioredis'

/** Processor time, in ms, that all processes of this machine have taken. */
export function machineMs(): number {
  return cpus().reduce((all, { times: { user, nice, sys, irq } }) => all + user + nice + sys + irq, 0)
}

/** Processor time, in ms, that a redis-server has taken. */
export async function redisMs(client: Redis): Promise<number> {
  const info = await client.info('cpu')
  const seconds = (name: string): number => Number(new RegExp(`^${name}:([0-9.]+)`, 'm').exec(info)?.[1])
  return (seconds('used_cpu_sys') + seconds('used_cpu_user')) * 1_000
}

/** A busy machine excuses no more than this. */
const LEAST_SHARE = 0.5

/**
 * The part of this machine's processors that others left to us, counted as half of it at least: a figure that must hold
 * on a machine of one's own is compared with this part of the time it took.
 */
export function shareLeft({ tookMs, allMs, oursMs }: { readonly tookMs: number; readonly allMs: number; readonly oursMs: number }): number {
  const others = Math.max(0, allMs - oursMs) / (tookMs * cpus().length)
  return Math.max(LEAST_SHARE, 1 - others)
}
