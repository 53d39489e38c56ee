import { expect, test } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { commands, startProxy, subscribers, type TcpProxy } from '../faults/tcp-proxy.js'
import { eventually } from '../support/eventually.js'
import { event, listen, type LinkListener, openLink } from './open-link.js'
import type { BrokerLink } from '../../src/index.js'
import type { RedisServer } from '../faults/redis-server.js'

interface Moved {
  readonly old: RedisServer
  readonly proxy: TcpProxy
  readonly link: BrokerLink
  readonly heard: LinkListener
}

/** A node in a room whose connections are with one server, while its address leads to another by now. */
async function moved(): Promise<Moved> {
  const [old, next] = [await startRedis(), await startRedis()]
  const proxy = await startProxy(old.port)
  const link = await openLink(old.client({ port: proxy.port }))
  const heard = await listen(link, 'chat:1')
  await link.append(event('chat:1', 'before'))
  await heard.until(({ entries }) => entries.length === 1)
  proxy.retarget(next.port)
  return { old, proxy, link, heard }
}

/** What is appended reaches who listens, from some moment on. */
async function expectHeard({ link, heard }: Moved): Promise<void> {
  await eventually(async () => {
    await link.append(event('chat:1', 'after'))
    expect(heard.entries.at(-1)?.frame).toContain('after')
  })
}

test('a server that became a replica is left for the one its address leads to, though it keeps our connections', async () => {
  const all = await moved()
  await all.old.client().replicaof('127.0.0.1', 1)
  await expectHeard(all)
})

test('a subscriber that stayed with the old server follows the commands to the new one', async () => {
  const all = await moved()
  all.proxy.cut(commands)
  await expectHeard(all)
})

test('the commands follow a subscriber that is with the new server', async () => {
  const all = await moved()
  all.proxy.cut(subscribers)
  await expectHeard(all)
})
