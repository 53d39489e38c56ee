import { act, cleanup, render as renderPlain, type RenderResult } from '@testing-library/react'
import { StrictMode, type ReactNode } from 'react'
import { afterEach } from 'vitest'
import type { RoomsClient } from '../../src/client/index.js'
import { RoomsProvider } from '../../src/index.js'
import { settle } from '../fake-server.js'
import { useStage } from '../stage.js'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** `useStage` for components: they are unmounted before their client is closed. */
export function useReactStage(): ReturnType<typeof useStage> {
  const stage = useStage()
  // Hooks run last to first.
  afterEach(cleanup)
  return stage
}

export interface Rendered extends RenderResult {
  /** Renders something else in its place. */
  again(next: ReactNode): void
}

/** Renders under StrictMode. */
export function render(children: ReactNode): Rendered {
  const result = renderPlain(<StrictMode>{children}</StrictMode>)
  return { ...result, again: (next) => result.rerender(<StrictMode>{next}</StrictMode>) }
}

/** Renders under StrictMode with the client's provider. */
export function show(client: RoomsClient, children: ReactNode): Rendered {
  const wrap = (node: ReactNode): ReactNode => <RoomsProvider client={client}>{node}</RoomsProvider>
  const result = render(wrap(children))
  return { ...result, again: (next) => result.again(wrap(next)) }
}

/** Does something and lets React see what follows from it. */
export async function acted(action: () => unknown = () => {}): Promise<void> {
  await act(async () => {
    await action()
    await settle()
  })
}
