import fp from 'fastify-plugin'
import type { Figures } from '../../contract.js'
import { countFigures } from '../../db/figures.js'

const EVERY_MS = 1_000

/**
 * Tells the room `figures` how the shop is doing: at once to whoever begins to watch, then once a second if anything
 * changed. Nothing is counted while nobody on this node watches.
 */
export const figures = fp(async (app) => {
  const watchers = new Set<string>()
  let told = ''

  async function tell(): Promise<void> {
    if (watchers.size === 0) return
    const now: Omit<Figures, 'at'> = { ...await countFigures(app.db), peopleOnline: await app.rooms.size('shop') }
    const text = JSON.stringify(now)
    if (text === told) return
    await app.rooms.send('figures', 'figures', { at: new Date().toISOString(), ...now })
    told = text
  }
  // The broker may be away for a while: the next second tries again.
  const tryToTell = () => tell().catch((error: unknown) => app.log.warn({ err: error }, 'figures not sent'))

  app.rooms.addHook('onJoin', ({ connection, room }) => {
    if (room.kind !== 'figures') return
    watchers.add(connection)
    told = ''
    void tryToTell()
  })
  app.rooms.addHook('onLeave', ({ connection, room }) => {
    if (room.kind === 'figures') watchers.delete(connection)
  })
  const timer = setInterval(() => void tryToTell(), EVERY_MS)
  app.addHook('preClose', () => clearInterval(timer))
}, { name: 'demo-figures', fastify: '5.x', dependencies: ['demo-database', 'demo-live'] })
