import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '^/(api|ws|sse|poll|rooms)\\b': { target: 'http://localhost:3000', ws: true } } },
})
