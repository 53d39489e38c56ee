import type { FastifyInstance } from 'fastify'

/** Notes the most that ever stood in the server's send buffer of any socket opened from now on. */
export function watchBuffers(app: FastifyInstance): { readonly most: () => number } {
  let most = 0
  app.websocketServer.on('connection', (socket) => {
    const send = socket.send.bind(socket) as (...given: unknown[]) => void
    socket.send = (...given: unknown[]) => {
      send(...given)
      most = Math.max(most, socket.bufferedAmount)
    }
  })
  return { most: () => most }
}
