import { configDefaults, defineConfig } from 'vitest/config'

// The soak takes as many minutes as it is told, and runs only then.
const asked = process.env['ROOMS_SOAK_MINUTES'] === undefined ? ['test/soak/**'] : []

export default defineConfig({ test: { include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...asked] } })
