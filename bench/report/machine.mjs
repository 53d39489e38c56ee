import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { pinningText } from '../child-process.mjs'
import { peers } from '../peers/peers.mjs'

/** Where and with what a figure was taken. */
export function machine() {
  return {
    processor: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()} ${arch()}`,
    processes: pinningText,
    versions: {
      'Node.js': process.versions.node,
      ...Object.fromEntries(['fastify-rooms', 'react-rooms', 'fastify', '@fastify/websocket', 'ws', 'socket.io', 'socket.io-client', '@socket.io/redis-adapter'].map((name) => [name, versionOf(name)])),
      Bun: said(peers.bun.runtime, '--version'),
      Redis: /v=([\d.]+)/.exec(said('redis-server', '--version'))?.[1] ?? 'not installed',
    },
  }
}

/** The load of the machine in the last minute: over 2 on two cores others took time from what was measured. */
export function loadNow() {
  return Number(loadavg()[0].toFixed(2))
}

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version
}

function said(program, argument) {
  try {
    return execFileSync(program ?? '', [argument], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'not installed'
  }
}
