import { expect, it } from 'vitest'
import { commandCounts, redisCpuMs } from './redis-usage.mjs'

it('reads the calls of each command but those of the benchmark itself', () => {
  const info = '# Commandstats\r\ncmdstat_evalsha:calls=40,usec=1200,usec_per_call=30.00,rejected_calls=0,failed_calls=0\r\ncmdstat_config|resetstat:calls=1,usec=5\r\ncmdstat_info:calls=1,usec=50\r\ncmdstat_xadd:calls=39,usec=1\r\n'
  expect(commandCounts(info)).toEqual({ evalsha: 40, xadd: 39 })
})

it('adds the time in the kernel to that outside', () => {
  expect(redisCpuMs('# CPU\r\nused_cpu_sys:9.0\r\nused_cpu_sys_main_thread:0.25\r\nused_cpu_user_main_thread:1.5\r\n')).toBe(1_750)
})
