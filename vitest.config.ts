import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['scripts/**/*.test.mjs', 'bench/**/*.test.mjs'], testTimeout: 30_000 },
})
