import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { connectRooms } from '../src/testing/index.js'
import { typebox } from '../src/typebox.js'
import { buildApp, tokenOf } from './support/test-app.js'

const Message = typebox(Type.Object({ text: Type.String({ minLength: 1 }), tags: Type.Optional(Type.Array(Type.String())) }))

describe('typebox()', () => {
  test('makes a schema that names the path of what it refuses', async () => {
    const { validate } = Message['~standard']
    expect(await validate({ text: 'x', tags: ['a'] })).toEqual({ value: { text: 'x', tags: ['a'] } })
    const { issues } = (await validate({ text: 'x', tags: ['a', 7] })) as { issues: { path: string[]; message: string }[] }
    expect(issues.map(({ path }) => path)).toContainEqual(['tags', '1'])
    for (const { message } of issues) expect(message).not.toBe('')
  })
  test('serves in a contract, both ways in', async () => {
    const app = await buildApp({ contract: { chat: { access: 'authenticated', events: { message: Message }, publish: { message: Message } } } })
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'chat:a' })
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ type: 'ack' })
    expect(await ana.publish('message', { text: '' })).toMatchObject({ code: 'invalid_data', issues: [{ path: 'text' }] })
    await expect(app.rooms.send('chat:a', 'message', { text: 'x', tags: [7] })).rejects.toMatchObject({ code: 'FST_ROOMS_INVALID_DATA', message: expect.stringContaining('tags.0: ') })
  })
  test('decodes a codec for the members, as the schema says', async () => {
    const Upper = Type.Decode(Type.String(), (text) => text.toUpperCase())
    const app = await buildApp({ contract: { chat: { access: 'authenticated', events: { message: typebox(Upper) } } } })
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'chat:a' })
    await app.rooms.send('chat:a', 'message', 'hello')
    expect((await ana.next('message')).data).toBe('HELLO')
  })
  test('names keys with a slash or a tilde as they are', async () => {
    const result = await typebox(Type.Object({ 'a/b~c': Type.Number() }))['~standard'].validate({ 'a/b~c': 'x' })
    expect(result.issues?.[0]?.path).toEqual(['a/b~c'])
  })
})
