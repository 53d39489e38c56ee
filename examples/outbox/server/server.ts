import { buildApp } from './app.js'

const { PORT = '3000', DATA_DIR = '.data', JWT_SECRET = 'only for trying out', REDIS_URL } = process.env

const app = await buildApp({ folder: DATA_DIR, secret: JWT_SECRET, redis: REDIS_URL })
console.log(await app.listen({ port: Number(PORT) }))
