import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A node in a process of its own, built from dist, that ends with this one. */
export interface NodeProcess {
  readonly url: string
  /** It stands still; its connections stay open. */
  stop(): void
  go(): void
  /** Ends it at once, as a machine that fails does. */
  kill(): Promise<void>
}

export async function startNodeProcess(redisPort: number, historySize: number): Promise<NodeProcess> {
  const child: ChildProcess = fork(new URL('node-process.mjs', import.meta.url), [String(redisPort), String(historySize)], { execArgv: [] })
  const [{ port }] = await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => { throw new Error(`a node ended with ${String(code)}: is dist built?`) })]) as [{ port: number }]
  return {
    url: `ws://127.0.0.1:${port}`,
    stop: () => { child.kill('SIGSTOP') },
    go: () => { child.kill('SIGCONT') },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
