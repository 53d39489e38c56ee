import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { RoomsProvider } from 'react-rooms'
import { createMockRooms, type MockRooms } from 'react-rooms/testing'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { createApi } from '../src/lib/api.js'
import { DemoContext, type Demo } from '../src/lib/demo-context.js'
import { createPulse } from '../src/lib/pulse.js'
import type { Person } from '../src/lib/session.js'

export const ana: Person = { id: 'ana', name: 'Ana', role: 'customer' }
export const cara: Person = { id: 'cara', name: 'Cara', role: 'staff' }

/** A request, as a stubbed route gets it. */
export interface Call { readonly body: unknown; readonly headers: Headers }
/** By method and path without `/api`: `GET /orders`. */
export type Routes = Readonly<Record<string, (call: Call) => Response | Promise<Response>>>

/** Shows a screen to a person who is signed in, over mock rooms and stubbed routes. */
export async function onScreen(person: Person, routesOf: (rooms: MockRooms) => Routes, screen: ReactNode) {
  const rooms = createMockRooms({ user: person.id, info: person })
  const routes = routesOf(rooms)
  const fetch = vi.fn(async (input: unknown, init: RequestInit = {}) => {
    const name = `${init.method} ${String(input).replace('/api', '').replace(/\?.*/, '')}`
    const route = routes[name]
    if (!route) throw new Error(`the test has no route for ${name}`)
    return route({ body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined, headers: new Headers(init.headers) })
  })
  const demo = {
    person, api: createApi({ fetch: fetch as typeof globalThis.fetch, token: () => 'token', renew: vi.fn(), onRefused: vi.fn() }), pulse: createPulse(() => false),
  } satisfies Partial<Demo>
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <DemoContext value={demo as unknown as Demo}>
      <RoomsProvider client={rooms.client}><QueryClientProvider client={queries}>{screen}</QueryClientProvider></RoomsProvider>
    </DemoContext>,
  )
  return { rooms, calls: (name: string) => fetch.mock.calls.filter(([input, init]) => `${init?.method} ${String(input)}`.startsWith(name.replace(' ', ' /api'))).length }
}

/** Takes the screen away after each test, and lets none pass in which React complained. */
export function usingScreens(): void {
  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    // What happy-dom does not draw.
    Element.prototype.animate ??= () => ({}) as Animation
  })
  const complaints = vi.spyOn(console, 'error')
  afterEach(() => {
    cleanup()
    vi.unstubAllGlobals()
    expect(complaints.mock.calls.splice(0)).toEqual([])
  })
}
