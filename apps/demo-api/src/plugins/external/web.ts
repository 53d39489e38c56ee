import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import fp from 'fastify-plugin'
import { notFound } from '../app/problems.js'

/** Serves the built web app, where there is one, and its page for every address a browser asks for that nothing else answers. */
export const web = fp<{ root?: string | undefined }>(async (app, { root }) => {
  if (root === undefined || !existsSync(join(root, 'index.html'))) {
    app.setNotFoundHandler(notFound)
    return
  }
  await app.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const namedByContent = path.includes(`${sep}assets${sep}`)
      reply.header('cache-control', namedByContent ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html')
    return page ? reply.sendFile('index.html') : notFound(request, reply)
  })
}, { name: 'demo-web', fastify: '5.x' })
