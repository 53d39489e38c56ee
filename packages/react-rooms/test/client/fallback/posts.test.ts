import { describe, expect, it, vi } from 'vitest'
import { settle } from '../../fake-server.js'
import { useStage } from '../../stage.js'
import { answer, event, joined, overHttp, welcome } from './fake-http.js'

const stage = useStage()
const ROOM = 'chat:1'
const POSTS = '/rooms/chat:1'

/** A client live in a room over an event stream. */
async function live(limits: { batchBytes?: number; messagesPerSecond?: number } = {}) {
  const staged = overHttp(stage, 'sse')
  const { client, http, pass } = staged
  const release = client.retain(ROOM)
  await pass(1)
  http.last('/sse').stream(welcome(limits), joined(ROOM))
  await pass(1)
  const room = client.room(ROOM)
  expect(room.status()).toBe('live')
  const publish = (id: string, data: unknown = null) => room.publish('message', data, { id }).catch(({ code }: { code: string }) => code)
  /** What each post so far said. */
  const said = (): unknown[] => http.to(POSTS).map(({ objects }) => objects.map(({ id, type, state }) => id ?? state ?? type))
  const acks = (...ids: string[]) => ids.map((id) => ({ type: 'ack', id }))
  return { ...staged, room, release, publish, said, acks }
}

describe('publishes over HTTP', () => {
  it('go one request after another, with what came meanwhile together, and say which connection speaks', async () => {
    const { http, publish, said, acks, pass } = await live()
    const sent = ['a', 'b', 'c'].map((id) => publish(id))
    await pass(1)
    expect(said()).toEqual([['a']])
    http.last(POSTS).answer(acks('a'))
    await pass(1)
    expect(said()).toEqual([['a'], ['b', 'c']])
    http.last(POSTS).answer(acks('b', 'c'))
    await Promise.all(sent)
    expect([http.last(POSTS).header('rooms-connection'), http.last(POSTS).header('authorization')]).toEqual(['c1', 'Bearer ana'])
  })

  it('stay within what the server takes in one body', async () => {
    const { http, publish, acks, pass } = await live({ batchBytes: 300 })
    const sent = Array.from({ length: 6 }, (_, n) => publish(`m${n}`, '€'.repeat(20)))
    for (let n = 0; n < 6; n++) {
      await pass(1)
      const post = http.last(POSTS)
      expect(new Blob([post.init.body as string]).size).toBeLessThanOrEqual(300)
      if (post.state === 'open') post.answer(acks(...post.objects.map(({ id }) => id!)))
    }
    await Promise.all(sent)
    expect(http.to(POSTS).length).toBeLessThan(6)
  })

  it('stay within the objects that the server takes in one body', async () => {
    const { http, room, said, acks, pass } = await live({ messagesPerSecond: 3 })
    void room.publish('message', null, { id: 'a' })
    await pass(1)
    // Signals know no queue of their own: more than a second's worth comes together while an answer is awaited.
    for (let n = 0; n < 4; n++) {
      await pass(400)
      room.signal('cursor', n)
    }
    http.last(POSTS).answer([{ type: 'ack', id: 'a' }])
    await pass(1)
    expect(said().slice(1).map((objects) => (objects as unknown[]).length)).toEqual([3])
    http.last(POSTS).answer(acks('x', 'y', 'z'))
    await pass(1)
    expect(said().slice(1).map((objects) => (objects as unknown[]).length)).toEqual([3, 1])
  })

  it.each<{ what: string; fault: (post: ReturnType<ReturnType<typeof overHttp>['http']['last']>) => void }>([
    { what: 'found no network', fault: (post) => post.fail() },
    { what: 'met a proxy that is out of order', fault: (post) => post.answer('<html>Bad Gateway</html>', 502) },
    { what: 'met a server that failed', fault: (post) => post.answer({ statusCode: 500, code: 'ECONNREFUSED', error: 'Internal Server Error', message: 'no database' }, 500) },
    { what: 'was answered with half an answer', fault: (post) => post.answer('[{"type":"ack"') },
    { what: 'was answered by somebody else', fault: (post) => post.answer('<html>Sign in to this hotel</html>') },
    { what: 'came too often', fault: (post) => post.answer([{ type: 'error', code: 'rate_limited', message: 'slow down', retryAfterMs: 500 }]) },
    { what: 'came too often for a proxy', fault: (post) => post.answer('<html>Too Many Requests</html>', 429) },
  ])('are sent again in order after a request that $what: none overtakes an earlier one', async ({ fault }) => {
    const { http, publish, said, acks, pass } = await live()
    const sent = ['a', 'b', 'c'].map((id) => publish(id))
    await pass(1)
    fault(http.last(POSTS))
    await pass(100)
    for (let n = 0; n < 12 && said().length < 3; n++) {
      for (const stream of http.open('/sse')) if (stream.state === 'open') stream.stream(welcome(), joined(ROOM))
      await pass(500)
      const post = http.last(POSTS)
      if (post.state === 'open') post.answer(acks(...post.objects.map(({ id }) => id!)))
    }
    await pass(1)
    await expect(Promise.all(sent)).resolves.toMatchObject([{ type: 'ack' }, { type: 'ack' }, { type: 'ack' }])
    expect(said().slice(1).flat()).toEqual(['a', 'b', 'c'])
  })

  it.each<{ status: number; code: string }>([
    { status: 413, code: 'too_large' }, { status: 415, code: 'bad_request' }, { status: 403, code: 'forbidden' }, { status: 404, code: 'forbidden' },
  ])('reject as $code when the request is refused with $status, whatever the server calls that', async ({ status, code }) => {
    const { http, publish, pass } = await live()
    const sent = publish('a')
    await pass(1)
    http.last(POSTS).answer({ statusCode: status, code: 'FST_ERR_CTP_SOMETHING', error: 'No', message: 'not that' }, status)
    await expect(sent).resolves.toBe(code)
  })

  it('reject with the code of an error for the whole request', async () => {
    const { http, publish, pass } = await live()
    const sent = publish('a')
    await pass(1)
    http.last(POSTS).answer({ type: 'error', code: 'forbidden', message: 'no such room' }, 403)
    await expect(sent).resolves.toBe('forbidden')
  })

  it('that nobody answers are given up after 15 s and sent again, from a client that frees its streams for them', async () => {
    const { http, client, publish, said, acks, pass } = await live()
    const sent = publish('a')
    for (const ms of [5_000, 5_000, 4_900]) {
      await pass(ms)
      for (const stream of http.open('/sse')) stream.stream(welcome(), joined(ROOM))
    }
    expect(http.to(POSTS).map(({ state }) => state)).toEqual(['open'])
    await pass(200)
    expect([http.to(POSTS)[0]!.state, http.open('/sse').length]).toEqual(['aborted', 0])
    http.last('/poll').answer(answer([welcome({ connection: 'c3' }), joined(ROOM)], { [ROOM]: 0 }, 'c3'))
    await pass(1_500)
    expect([said(), http.last(POSTS).header('rooms-connection'), client.connection().transport]).toEqual([[['a'], ['a']], 'c3', 'poll'])
    http.last(POSTS).answer(acks('a'))
    await expect(sent).resolves.toMatchObject({ type: 'ack' })
  })

  it('whose request found no network make the client look whether the stream still lives', async () => {
    const { http, publish, client, pass } = await live()
    void publish('a')
    await pass(1)
    http.last(POSTS).fail()
    await pass(1)
    expect(http.to('/sse').map(({ state }) => state)).toEqual(['aborted', 'open'])
    http.last('/sse').stream(welcome(), joined(ROOM, 0, { recovered: true }))
    await pass(1_500)
    http.last(POSTS).fail()
    await pass(1)
    // Once is enough: something else is wrong with the requests.
    expect(http.to('/sse')).toHaveLength(2)
    http.last('/sse').fail()
    await pass(1)
    expect(client.connection().status).toBe('reconnecting')
  })

  it('that were under way when the session ended leave again in the next one, first of all', async () => {
    const { http, publish, said, pass } = await live()
    void publish('a')
    void publish('b')
    await pass(1)
    http.last('/sse').fail()
    await pass(1)
    expect(http.to(POSTS)[0]!.state).toBe('aborted')
    void publish('c')
    await pass(300)
    http.last('/sse').stream(welcome({ connection: 'c2' }), joined(ROOM))
    await pass(1)
    expect(said()).toEqual([['a'], ['a']])
    http.last(POSTS).answer([{ type: 'ack', id: 'a' }])
    await pass(1)
    expect([said().at(-1), http.last(POSTS).header('rooms-connection')]).toEqual([['b', 'c'], 'c2'])
  })

  it('refused for their token end the session, which asks for another', async () => {
    const { http, publish, pass, client } = await live()
    void publish('a')
    await pass(1)
    http.last(POSTS).answer({ type: 'error', code: 'unauthorized', message: 'expired' }, 401)
    await pass(1)
    expect([client.connection().status, http.open('/sse').length]).toEqual(['reconnecting', 1])
  })
})

describe('a presence state over HTTP', () => {
  it('that did not arrive is said again', async () => {
    const { http, room, said, acks, pass } = await live()
    room.setState({ n: 1 } as never)
    await pass(1)
    http.last(POSTS).answer('<html>Bad Gateway</html>', 502)
    await pass(2_000)
    http.last(POSTS).answer(acks('x'))
    await pass(60_000)
    expect(said()).toEqual([[{ n: 1 }], [{ n: 1 }]])
  })

  it('takes the place of an older one that did not arrive', async () => {
    const { http, room, said, acks, pass } = await live()
    room.setState({ n: 1 } as never)
    await pass(1)
    http.last(POSTS).answer('<html>Bad Gateway</html>', 502)
    await pass(500)
    room.setState({ n: 2 } as never)
    await pass(2_000)
    http.last(POSTS).answer(acks('x', 'y'))
    await pass(60_000)
    expect(said().flat().at(-1)).toEqual({ n: 2 })
    expect(said()).toHaveLength(2)
  })

  it('that came too often is said again', async () => {
    const { http, room, said, pass } = await live()
    room.setState({ n: 1 } as never)
    await pass(1)
    http.last(POSTS).answer([{ type: 'error', code: 'rate_limited', message: 'slow down', retryAfterMs: 3_000 }])
    await pass(2_000)
    expect(said()).toEqual([[{ n: 1 }]])
    await pass(2_000)
    http.last(POSTS).answer([{ type: 'ack', id: 'x' }])
    await pass(10_000)
    expect(said()).toEqual([[{ n: 1 }], [{ n: 1 }]])
  })

  it('set while the room is joined again is the one that stands', async () => {
    const { http, client, room, said, pass } = await live()
    room.setState({ n: 1 } as never)
    await pass(1)
    http.last(POSTS).answer([{ type: 'ack', id: 'x' }])
    await pass(200)
    client.retryNow()
    room.setState({ n: 2 } as never)
    await pass(200)
    for (const post of http.open(POSTS)) post.answer([{ type: 'error', code: 'not_joined', message: 'not yet' }])
    http.last('/sse').stream(welcome({ connection: 'c2' }), joined(ROOM, 0, { recovered: true }))
    await pass(200)
    expect(said().at(-1)).toEqual([{ n: 2 }])
    expect(http.last(POSTS).header('rooms-connection')).toBe('c2')
  })
})

it('a closed client leaves no timer and no request, whatever was under way', async () => {
  const { http, client, room, publish, pass } = await live()
  room.setState({ n: 1 } as never)
  const sent = publish('a')
  await pass(1)
  http.last(POSTS).answer('<html>Bad Gateway</html>', 502)
  await pass(1)
  http.last('/sse').stream(event(ROOM, 1))
  await client.close()
  await settle()
  expect(await sent).toBe('uncertain')
  expect([http.open('/').length, vi.getTimerCount()]).toEqual([0, 0])
})

it('a client closed while it waits for an answer, or by one, asks for nothing more', async () => {
  for (const byAnswer of [false, true]) {
    const { http, client, room, publish, acks, pass } = await live()
    void publish('a')
    await pass(1)
    room.setState({ n: 1 } as never)
    await pass(1)
    http.last(POSTS).answer(acks('a'))
    await pass(1)
    void publish('b')
    if (byAnswer) {
      const off = client.subscribe(() => {
        off()
        void client.close()
      })
    }
    if (!byAnswer) void client.close()
    http.last(POSTS).answer('<html>Bad Gateway</html>', 502)
    await settle()
    await pass(1)
    await client.close()
    const asked = http.requests.length
    await pass(60_000)
    expect([http.requests.length, http.open('/').length, vi.getTimerCount()]).toEqual([asked, 0, 0])
  }
})
