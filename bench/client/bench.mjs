import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { inTurns } from '../in-turns.mjs'

const pages = { rooms: 'rooms-page.mjs', 'socket-io': 'socket-io-page.mjs' }
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
/** Rounds until the engine has compiled what is hot. */
const WARM_UP = 3

/** What an event costs in a browser, from the message's text to the application's listener. */
export const client = {
  name: 'client',
  title: 'Parse and dispatch in Chromium',
  async run({ scale, rounds }) {
    const times = Math.max(rounds, scale.clientRounds)
    const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: flags })
    try {
      const opened = {}
      for (const [peer, file] of Object.entries(pages)) opened[peer] = await open(browser, file, scale.clientEvents)
      return {
        rounds: times,
        load: `${scale.clientEvents} events of 200 bytes, ours in batches of 20 as a busy room sends them, Socket.IO's one a frame as its server does; sockets replaced by objects that hand over text, so that only the clients' own work is timed; ${times} rounds after ${WARM_UP} to warm up; ${browser.browserType().name()} ${browser.version()}`,
        columns: [{ key: 'eventUs', title: 'µs/event', digits: 2, spread: true }, { key: 'bytes', title: 'bundle, minified bytes', digits: 0 }],
        rows: await inTurns(Object.keys(pages), times, async (peer) => {
          const { page, bytes } = opened[peer]
          return { eventUs: ((await page.evaluate((count) => globalThis.round(count), scale.clientEvents)) * 1_000) / scale.clientEvents, bytes }
        }, { rooms: 'react-rooms/client', 'socket-io': 'socket.io-client' }),
      }
    } finally {
      await browser.close()
    }
  },
  targets: [],
}

async function open(browser, file, count) {
  const { outputFiles: [{ text, contents }] } = await build({ entryPoints: [new URL(file, import.meta.url).pathname], bundle: true, minify: true, write: false, logLevel: 'error', format: 'iife', target: 'es2022', define: { 'process.env.NODE_ENV': '"production"' } })
  const page = await browser.newPage()
  await page.setContent('<!doctype html><title>bench</title>')
  await page.addScriptTag({ content: text })
  await page.evaluate(() => globalThis.connect())
  for (let time = 0; time < WARM_UP; time++) await page.evaluate((events) => globalThis.round(events), count)
  return { page, bytes: contents.length }
}
