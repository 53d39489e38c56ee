import { onTestFinished } from 'vitest'
import { startNginx } from '../../scripts/nginx.mjs'

/** nginx before these servers until the test ends; its address. */
export async function startProxy(servers: readonly string[], location: string): Promise<string> {
  const { url, stop } = await startNginx(servers, location)
  onTestFinished(stop)
  return url
}
