// Who this window is stands in its address: ?as=Bo
const name = new URLSearchParams(location.search).get('as') ?? 'Ana'

async function answered(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

let token: Promise<string> | undefined
const signIn = (): Promise<string> =>
  (token = answered('/api/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) }).then(async (response) => (await response.json()).token))

export const getToken = ({ reason }: { reason: string }) => (reason === 'initial' && token !== undefined ? token : signIn())

export async function api(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${await (token ?? signIn())}`)
  if (init.body) headers.set('content-type', 'application/json')
  return answered(path, { ...init, headers })
}
