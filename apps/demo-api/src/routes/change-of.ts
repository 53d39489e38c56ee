import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Change } from '../db/apply-once.js'

/** The change a request asks for, where its client named it (`Rooms-Event-Id`): a retry has the same id and asks for the same. */
export function changeOf(request: FastifyRequest): Change | undefined {
  const { id } = request.rooms
  if (id === undefined) return undefined
  const asked = JSON.stringify([request.method, request.url, request.body ?? null])
  return { id, author: request.user.sub, fingerprint: createHash('sha256').update(asked).digest('base64url') }
}
