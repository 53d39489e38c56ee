async function answered(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

// Your sign-in stands here.
let token: Promise<string> | undefined
const signIn = (): Promise<string> => (token = answered('/api/session', { method: 'POST' }).then(async (response) => (await response.json()).token))

/** For rooms, which ask before every connect, and before a token ends. */
export const getToken = ({ reason }: { reason: string }) => (reason === 'initial' && token !== undefined ? token : signIn())

/** For everything else: `fetch` with the token. */
export async function api(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${await (token ?? signIn())}`)
  if (init.body) headers.set('content-type', 'application/json')
  return answered(path, { ...init, headers })
}
