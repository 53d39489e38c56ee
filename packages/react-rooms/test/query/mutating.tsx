import { QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import { vi } from 'vitest'
import { useRoomMutation } from '../../src/query/index.js'
import { stage, type Item } from './stage.js'

export interface Request {
  readonly id: string
  readonly headers: Record<string, string>
  readonly item: Item
  resolve(): void
  reject(): void
}

/** A stage with a mutation that puts an item; the requests it makes wait for the test. */
export async function mutating({ retries = 0, data = [{ id: 'a', n: 1 }], ...rest }: Parameters<typeof stage>[0] & { retries?: number } = {}) {
  const staged = stage({ data, ...rest })
  const requests: Request[] = []
  const { result } = renderHook(() => useRoomMutation(staged.client.room('todo:1'), {
    mutationFn: (item: Item, { id, headers }) => new Promise<void>((resolve, reject) => {
      requests.push({ id, headers, item, resolve, reject: () => reject(new Error('no answer')) })
    }),
    predict: (item) => ({ event: 'put', data: item }),
    retry: retries,
    retryDelay: 10,
  }), { wrapper: ({ children }) => <QueryClientProvider client={staged.queryClient}>{children}</QueryClientProvider> })
  const stop = staged.observe()
  await frame()
  const mutate = async (item: Item): Promise<void> => {
    act(() => result.current.mutate(item))
    await frame()
  }
  return { ...staged, stop, mutate, requests }
}

/** Lets promises and one frame go by. */
export async function frame(ms = 17): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms))
}
