import type { Order, OrderStatus, StandingOrder, Todo } from 'demo-api/contract'
import type { Renew } from './renewal.js'
import type { Person } from './session.js'

/** Why a call failed, in words fit to show; `status` 0 when no answer came. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export interface ApiOptions {
  readonly fetch: typeof fetch
  readonly token: () => string | null
  /** Another token, when the server refused this one. */
  readonly renew: Renew
  /** Called when it refused that one too. */
  readonly onRefused: () => void
}
export type Api = ReturnType<typeof createApi>

type Headers = Readonly<Record<string, string>>
interface Extras { readonly body?: unknown; readonly signal?: AbortSignal; readonly headers?: Headers }

/** The REST calls of the app. Reads give the response itself, so that a query can note its `Rooms-Position`. */
export function createApi({ fetch, token, renew, onRefused }: ApiOptions) {
  const ask = (bearer: string | null, method: string, path: string, { body, signal, headers }: Extras) => {
    const request = {
      method,
      headers: {
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }
    return fetch(`/api${path}`, request).catch((error: unknown) => {
      // Browsers give each their own words for a dead line.
      throw error instanceof TypeError ? new ApiError(0, 'The server cannot be reached.') : error
    })
  }
  const call = async (method: string, path: string, extras: Extras = {}) => {
    const bearer = token()
    let response = await ask(bearer, method, path, extras)
    // Refused is not done: asked again with another token, it is done once.
    if (response.status === 401 && bearer !== null) response = await ask(await renew(bearer), method, path, extras)
    if (response.status === 401) onRefused()
    return answered(response)
  }
  const write = async <T>(method: string, path: string, body?: unknown, headers?: Headers): Promise<T> =>
    (await call(method, path, { body, ...(headers && { headers }) })).json()

  return {
    users: async (): Promise<Person[]> => (await call('GET', '/users')).json(),
    signIn: async (user: string): Promise<{ token: string; user: Person; expiresAt: number }> =>
      (await answered(await ask(null, 'POST', '/session', { body: { user } }))).json(),
    orders: (signal: AbortSignal) => call('GET', '/orders', { signal }),
    placeOrder: (order: { item: string; quantity: number }, headers?: Headers) => write<Order>('POST', '/orders', order, headers),
    setStatus: (id: string, status: OrderStatus, headers?: Headers) => write<Order>('POST', `/orders/${encodeURIComponent(id)}/status`, { status }, headers),
    pantry: (signal: AbortSignal) => call('GET', '/pantry', { signal }),
    changeQuantity: (id: string, by: number, headers?: Headers) => write<StandingOrder>('POST', `/pantry/${encodeURIComponent(id)}`, { by }, headers),
    chats: async (signal: AbortSignal): Promise<{ id: string; title: string }[]> => (await call('GET', '/chats', { signal })).json(),
    messages: (chat: string, signal: AbortSignal) => call('GET', `/chats/${encodeURIComponent(chat)}/messages?limit=50`, { signal }),
    todos: (list: string, signal: AbortSignal) => call('GET', `/todos/${list}`, { signal }),
    addTodo: (list: string, text: string, headers?: Headers) => write<Todo>('POST', `/todos/${list}`, { text }, headers),
    setTodo: (todo: Todo, change: { text?: string; done?: boolean }, headers?: Headers) =>
      write<Todo>('PATCH', `/todos/${todo.list}/${encodeURIComponent(todo.id)}`, change, headers),
    removeTodo: async (todo: Todo, headers?: Headers): Promise<void> => {
      await call('DELETE', `/todos/${todo.list}/${encodeURIComponent(todo.id)}`, headers && { headers })
    },
    burst: (burst: { list: string; count: number }) => write<{ sent: number; tookMs: number }>('POST', '/lab/burst', burst),
  }
}

async function answered(response: Response): Promise<Response> {
  if (!response.ok) throw new ApiError(response.status, await detailOf(response))
  return response
}

async function detailOf(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: unknown }
    if (typeof problem.detail === 'string') return problem.detail
  } catch {
    // Not a problem document: a proxy in between answered.
  }
  return `The server answered ${response.status}.`
}
