import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const api = process.env['API_URL'] ?? 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: {
      '^/(api|docs|healthz|rooms|sse|poll)(/|$|\\?)': { target: api },
      '^/ws(/|$|\\?)': { target: api, ws: true },
    },
  },
  build: { target: 'es2023', sourcemap: false },
})
