import type { Page } from 'playwright-core'

/** The HTTP calls a page makes from now on. */
export function countCalls(page: Page): { readonly made: string[] } {
  const made: string[] = []
  page.on('request', (request) => {
    if (['fetch', 'xhr'].includes(request.resourceType())) made.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  return { made }
}
