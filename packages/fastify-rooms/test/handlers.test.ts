import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineContract } from '../src/index.js'
import { buildApp } from './support/test-app.js'

const contract = defineContract({
  chat: { access: 'authenticated', events: { message: z.string() }, publish: { message: z.string(), read: z.string() } },
  user: { access: 'owner', events: { changed: z.string() } },
})
const nothing = (): undefined => undefined

describe('rooms.handle', () => {
  test('refuses a second handler of the same name', async () => {
    const app = await buildApp({ contract })
    app.rooms.handle('chat', 'read', nothing)
    expect(() => app.rooms.handle('chat', 'read', nothing)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_HANDLER', message: "handle('chat', 'read'): there is a handler already, and only one can answer" }))
  })
  test('refuses handlers and hooks once the server is ready', async () => {
    const app = await buildApp()
    await app.ready()
    expect(() => app.rooms.handle('chat', 'read', nothing)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_READY', message: "rooms.handle('chat', 'read') after the server is ready: call it while plugins load" }))
    expect(() => app.rooms.addHook('onJoin', nothing)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_READY' }))
  })
  test.each([
    ['a kind', 'chta', 'read', "handle('chta', 'read'): the contract has no kind 'chta'"],
    ['a publish', 'chat', 'raed', "add 'raed' to the contract's publish of 'chat'"],
    ['a publish, though it is an event', 'user', 'changed', "add 'changed' to the contract's publish of 'user'"],
  ])('refuses %s that the contract has not', async (_, kind, name, message) => {
    const app = await buildApp({ contract })
    expect(() => app.rooms.handle(kind, name, nothing)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_HANDLER', message: expect.stringContaining(message) }))
  })
  test('refuses what is no function', async () => {
    const app = await buildApp({ contract })
    expect(() => app.rooms.handle('chat', 'read', null as never)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_HANDLER', message: expect.stringContaining('must be a function') }))
  })
  test.each([['chat:lobby', 'message'], ['Chat', 'message'], ['', 'message'], [undefined, 'message'], [Symbol('x'), 'message'], ['chat', ''], ['chat', undefined], ['chat', 7], ['chat', 'x'.repeat(129)]])('refuses kind %j and name %j without a contract too: nobody could publish so', async (kind, name) => {
    const app = await buildApp()
    const handle = app.rooms.handle.bind(app.rooms) as unknown as (...given: unknown[]) => void
    expect(() => handle(kind, name, () => undefined)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_HANDLER' }))
  })
  test('can be called from plugins that load later', async () => {
    const app = await buildApp({ contract })
    app.register(async (scope) => scope.rooms.handle('chat', 'read', nothing))
    await expect(app.ready()).resolves.toBeDefined()
  })
})

describe('a publish that nobody would answer', () => {
  test('fails at ready and names it', async () => {
    const app = await buildApp({ contract })
    await expect(app.ready()).rejects.toMatchObject({ code: 'FST_ROOMS_HANDLER', message: "publish 'read' of kind 'chat' is neither an event nor handled: add it to events, or call rooms.handle('chat', 'read', …)" })
  })
})

describe('rooms.addHook', () => {
  test('refuses hooks that do not exist, and what is no function', async () => {
    const app = await buildApp()
    expect(() => app.rooms.addHook('onMessage' as 'onJoin', nothing)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining('there are onConnect, onDisconnect, onJoin, onLeave, onMemberJoined, onMemberLeft') }))
    expect(() => app.rooms.addHook('onJoin', 'log' as never)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_OPTIONS' }))
  })
})
