import { onTestFinished } from 'vitest'
import * as nginx from '../../../../scripts/nginx.mjs'

/** A real nginx before a server, until the test ends; resolves with its port. `directives` stand in its only location. */
export async function startNginx(target: number, directives: string): Promise<number> {
  const { url, stop } = await nginx.startNginx([`http://127.0.0.1:${target}`], directives)
  onTestFinished(stop)
  return Number(new URL(url).port)
}
