import { configDefaults, defineConfig } from 'vitest/config'

// Patient enough for a machine that stalls for seconds: what must be quick is measured, and judged by its own bound.
const PATIENCE = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } }
// The soak takes as many minutes as it is told, and runs only then.
const asked = process.env['ROOMS_SOAK_MINUTES'] === undefined ? ['test/soak/**'] : []

export default defineConfig({ test: { include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...asked], ...PATIENCE } })
