import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import { describe, expect, it } from 'vitest'

// Built from `dist/`, through the package's exports, as an application builds it.
const here = new URL('.', import.meta.url).pathname

/** An app, with or without the devtools beside it. */
function app(from: string | null): string {
  return `
    import { createElement as h } from 'react'
    import { createRoot } from 'react-dom/client'
    import { createRoomsClient, RoomsProvider, useRoom } from 'react-rooms'
    ${from === null ? '' : `import { RoomsDevtools } from '${from}'`}
    const App = () => useRoom('chat:lobby').name
    createRoot(document.body).render(h(RoomsProvider, { client: createRoomsClient({ url: '' }) }, h(App)${from === null ? '' : ', h(RoomsDevtools)'}))
  `
}

const external = ['react', 'react-dom', 'react-dom/client', 'react/jsx-runtime']
const ENTRY = `${here}app.js`

const bundlers: Record<string, (code: string, minify: boolean, mode?: 'production' | 'development') => Promise<string>> = {
  async esbuild(code, minify, mode = 'production') {
    const { outputFiles } = await esbuild({
      stdin: { contents: code, resolveDir: here }, bundle: true, minify, write: false, format: 'esm', external, splitting: true, outdir: 'out',
      define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    })
    return outputFiles.map(({ text }) => text).join('\n')
  },
  async vite(code, minify, mode = 'production') {
    const before = process.env['NODE_ENV']
    // What `vite build` sets where nothing is set.
    process.env['NODE_ENV'] = mode
    try {
      const built = await vite({
        configFile: false, root: here, mode, logLevel: 'silent',
        plugins: [{ name: 'app', enforce: 'pre', resolveId: (id) => (id === ENTRY ? id : null), load: (id) => (id === ENTRY ? code : null) }],
        build: { write: false, minify, target: 'es2023', rolldownOptions: { input: ENTRY, external } },
      })
      return [built].flat().flatMap((part) => ('output' in part ? part.output : [])).map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n')
    } finally {
      process.env['NODE_ENV'] = before
    }
  },
}

/** Words that are in the panel and nowhere else in the package. */
const WORDS = ['rooms-devtools', 'attachShadow', 'Expire token', 'Reconnect to record', 'held offline', 'sessionStorage']

const wordsIn = (bundled: string): string[] => WORDS.filter((word) => bundled.includes(word))

describe.each(Object.keys(bundlers))('a production bundle by %s,', (name) => {
  const bundle = bundlers[name]!

  it('of an app with RoomsDevtools has nothing of them but an empty component', async () => {
    const without = await bundle(app(null), true)
    const withThem = await bundle(app('react-rooms/devtools'), true)
    expect(wordsIn(withThem)).toEqual([])
    expect(withThem.length - without.length).toBeLessThanOrEqual(100)
    expect(withThem).not.toContain('process.env')
  }, 60_000)

  it('has nothing of them when it is not minified either', async () => {
    const withThem = await bundle(app('react-rooms/devtools'), false)
    expect(wordsIn(withThem)).toEqual([])
  }, 60_000)

  it('has nothing of TanStack Devtools\' tab either', async () => {
    const plugin = "import { roomsDevtoolsPlugin } from 'react-rooms/devtools'; globalThis.plugins = [roomsDevtoolsPlugin()]"
    expect(wordsIn(await bundle(plugin, true))).toEqual([])
  }, 60_000)

  it('is not what a development bundle is', async () => {
    expect(wordsIn(await bundle(app('react-rooms/devtools'), true, 'development'))).toEqual(WORDS)
  }, 60_000)

  it('has them when the app asks for them in production', async () => {
    const withThem = await bundle(app('react-rooms/devtools/production'), true)
    expect(wordsIn(withThem)).toEqual(WORDS)
  }, 60_000)
})
