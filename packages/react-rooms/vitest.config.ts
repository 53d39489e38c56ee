import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'

/** React and all that brings it along, as the package in test/matrix has them. */
const react18: Plugin = {
  name: 'react-18',
  enforce: 'pre',
  resolveId(source) {
    if (!/^(react|react-dom|@testing-library\/react|@tanstack\/react-query)(\/|$)/.test(source)) return null
    return this.resolve(source, fileURLToPath(new URL('test/matrix/package.json', import.meta.url)), { skipSelf: true })
  },
}

const LEAKS = 'test/react/leaks.test.tsx'

export default defineConfig({
  test: {
    // By default one core is left free: half of a machine that has two.
    maxWorkers: '100%',
    projects: [
      { test: { name: 'react-19', include: ['test/**/*.test.{ts,tsx}'], exclude: [LEAKS], env: { REACT: '19' } } },
      // Whatever renders does so in both; React 18 has no Activity.
      { plugins: [react18], test: { name: 'react-18', include: ['test/**/*.test.tsx'], exclude: [LEAKS, 'test/react/activity.test.tsx'], env: { REACT: '18' } } },
      // A process of its own that may collect garbage, and whose heap does not grow by optimised code.
      { test: { name: 'leaks', include: [LEAKS], execArgv: ['--expose-gc', '--no-opt', '--no-sparkplug'] } },
    ],
  },
})
