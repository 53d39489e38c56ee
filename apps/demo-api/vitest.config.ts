import { defineConfig } from 'vitest/config'

export default defineConfig({
  // By default one core is left free: half of a machine that has two.
  test: { include: ['test/**/*.test.ts'], globalSetup: 'test/database-template.ts', testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: '100%' },
})
