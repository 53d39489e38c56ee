// @vitest-environment happy-dom
import type { ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { UnauthorizedError, useConnection, useRoom, useRoomStatus, type RoomsClientOptions, type TokenReason } from '../../src/index.js'
import { acted, show, useReactStage } from './render.js'

const stage = useReactStage()

/** A page that shows where its connection and its room stand. */
function Page(): ReactNode {
  const room = useRoomStatus(useRoom('chat:1'))
  const { status, attempt } = useConnection()
  return `${status} ${attempt} ${room}`
}

/** Shows the page; the provider gives these tokens, the last one for ever. */
function signedIn(tokens: (string | Error)[], random = 0.5) {
  const asked: { reason: TokenReason; at: number }[] = []
  const start = Date.now()
  const clock: RoomsClientOptions['clock'] = {
    now: () => Date.now(), random: () => random,
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
  const staged = stage({
    clock,
    getToken: async ({ reason }) => {
      asked.push({ reason, at: Date.now() - start })
      const token = tokens.length > 1 ? tokens.shift()! : tokens[0]!
      if (token instanceof Error) throw token
      return token
    },
  })
  return { ...staged, ...show(staged.client, <Page />), asked, reasons: () => asked.map(({ reason }) => reason) }
}
const HOUR_MS = 3_600_000

describe('a token provider', () => {
  it('that throws UnauthorizedError stops, until the person signed in', async () => {
    const { client, server, container, pass, reasons } = signedIn([new UnauthorizedError(), 'ana'])
    await acted(() => pass(HOUR_MS))
    expect([container.textContent, reasons(), server.sockets.length]).toEqual(['unauthorized 0 joining', ['initial'], 0])
    await acted(() => client.retryNow())
    expect([container.textContent, reasons()]).toEqual(['connected 0 live', ['initial', 'initial']])
  })

  it.each([0.1, 0.5, 0.999])('that fails with a network error is asked again, with jitter (chance %f)', async (chance) => {
    const { container, pass, asked } = signedIn([new TypeError('fetch failed')], chance)
    await acted()
    expect(container.textContent).toBe('reconnecting 1 joining')
    await acted(() => pass(200_000))
    const waits = asked.slice(1, 10).map(({ at }, index) => at - asked[index]!.at)
    const ceilings = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000]
    // A timer knows whole milliseconds.
    for (const [index, wait] of waits.entries()) expect(Math.abs(wait - ceilings[index]! * chance)).toBeLessThanOrEqual(1)
    expect(waits.length).toBe(9)
    expect(new Set(asked.slice(1).map(({ reason }) => reason))).toEqual(new Set(['reconnect']))
  })

  it('whose failure passes leaves nothing behind', async () => {
    const { container, pass, reasons } = signedIn([new TypeError('fetch failed'), new TypeError('fetch failed'), 'ana'])
    await acted(() => pass(250))
    await acted(() => pass(500))
    expect([container.textContent, reasons()]).toEqual(['connected 0 live', ['initial', 'reconnect', 'reconnect']])
  })
})

describe('close code 4001', () => {
  it('asks once, with reason refused, and then stops', async () => {
    const { server, container, pass, reasons } = signedIn(['bad'])
    await acted(() => pass(HOUR_MS))
    expect([container.textContent, reasons(), server.sockets.length]).toEqual(['unauthorized 0 joining', ['initial', 'refused'], 2])
  })

  it('on an open connection asks once too, and a better token goes on', async () => {
    const { server, container, reasons } = signedIn(['ana'])
    await acted()
    await acted(() => server.drop(4001))
    expect([container.textContent, reasons(), server.sockets.length]).toEqual(['connected 0 live', ['initial', 'refused'], 2])
    await acted(() => server.drop(4001))
    expect([container.textContent, reasons(), server.sockets.length]).toEqual(['unauthorized 0 catching-up', ['initial', 'refused'], 2])
  })
})
