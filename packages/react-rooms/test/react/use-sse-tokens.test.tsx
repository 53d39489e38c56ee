// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { UnauthorizedError, type SSEOptions, type TokenReason } from '../../src/index.js'
import { pass, useFakeTime } from './fake-page.js'
import { acted } from './render.js'
import { opens, stage } from './sse-stage.js'

useFakeTime()

/** A provider that hands out these tokens, the last one for ever, and remembers why it was asked. */
function provider(...tokens: (string | null | Error)[]): { reasons: TokenReason[] } & Required<Pick<SSEOptions, 'getToken'>> {
  const reasons: TokenReason[] = []
  return {
    reasons,
    getToken: async ({ reason }) => {
      reasons.push(reason)
      const token = tokens.length > 1 ? tokens.shift()! : tokens[0]!
      if (token instanceof Error) throw token
      return token
    },
  }
}

describe('the token of a followed stream', () => {
  it('travels in the Authorization header, and is asked for before each connect', async () => {
    const { reasons, getToken } = provider('first', 'second')
    const at = stage({ getToken })
    await opens(at)
    expect([at.server.request.header('authorization'), at.server.request.url]).toEqual(['Bearer first', '/ticks'])
    await acted(() => at.server.request.end())
    await pass(250)
    expect(at.server.request.header('authorization')).toBe('Bearer second')
    expect(reasons).toEqual(['initial', 'reconnect'])
  })

  it('may be none', async () => {
    const at = stage({ getToken: () => null })
    await acted()
    expect(at.server.request.headers.has('authorization')).toBe(false)
  })

  it.each([401, 403])('that is refused with %i is asked for once more, and a second refusal stops', async (status) => {
    const { reasons, getToken } = provider('bad')
    const at = stage({ getToken })
    await acted()
    await acted(() => at.server.request.answer(status))
    expect([at.shown().error, at.server.requests.length]).toEqual([null, 2])
    await acted(() => at.server.request.answer(status))
    await pass(600_000)
    expect([reasons, at.server.requests.length]).toEqual([['initial', 'refused'], 2])
    expect(at.shown().error).toBeInstanceOf(UnauthorizedError)
    expect(at.shown().error!.message).toBe(`/ticks refused the login with ${status}`)
  })

  it('that is good at the second asking opens the stream, and may be refused again later', async () => {
    const { reasons, getToken } = provider('old', 'new')
    const at = stage({ getToken })
    await acted()
    await acted(() => at.server.request.answer(401))
    await opens(at)
    expect(at.shown()).toMatchObject({ connected: true, error: null })
    await acted(() => at.server.request.end())
    await pass(250)
    await acted(() => at.server.request.answer(401))
    expect(reasons).toEqual(['initial', 'refused', 'reconnect', 'refused'])
  })

  it('that nobody can renew stops at the first refusal, until somebody says to retry', async () => {
    const at = stage()
    await acted()
    await acted(() => at.server.request.answer(401))
    await pass(600_000)
    expect([at.server.requests.length, at.shown().error]).toEqual([1, expect.any(UnauthorizedError)])
    act(() => at.shown().retry())
    await opens(at)
    expect(at.shown()).toMatchObject({ connected: true, error: null })
  })

  it('stops the stream when its provider says that nobody is signed in', async () => {
    const { reasons, getToken } = provider(new UnauthorizedError('sign in first'))
    const at = stage({ getToken })
    await pass(600_000)
    expect([reasons, at.server.requests.length, at.shown().error?.message]).toEqual([['initial'], 0, 'sign in first'])
  })

  it('is asked for again with backoff when its provider fails otherwise', async () => {
    const { reasons, getToken } = provider(new TypeError('fetch failed'), new TypeError('fetch failed'), 'good')
    const at = stage({ getToken })
    await acted()
    expect(at.shown().error).toMatchObject({ code: 'network', cause: { message: 'fetch failed' } })
    await pass(249)
    expect(reasons).toHaveLength(1)
    await pass(1)
    await pass(500)
    expect([reasons, at.server.requests.length]).toEqual([['initial', 'reconnect', 'reconnect'], 1])
  })
})
