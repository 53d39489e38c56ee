import { channel } from 'node:diagnostics_channel'

/** What every message says: whose rooms it is about, as `fastify.server` of that instance. */
interface About {
  readonly server: object
}
export interface ConnectionMessage extends About { readonly connection: string; readonly user: string }
export interface MembershipMessage extends ConnectionMessage { readonly room: string }
export interface PublishMessage extends About {
  readonly room: string
  readonly event: string
  readonly user: string
  /** `ok`, `duplicate`, or the error code. */
  readonly outcome: string
  readonly durationMs: number
  /** The client's `trace`, such as a W3C traceparent. */
  readonly trace: string | undefined
}
export interface SendMessage extends About { readonly room: string; readonly event: string; readonly durationMs: number; readonly error: unknown }
export interface BatchMessage extends About { readonly room: string; readonly frames: number; readonly members: number }

/** Messages of Node's `diagnostics_channel` and what they carry, for tracers and metrics. Payloads never travel on them. */
export interface DiagnosticsMessages {
  'fastify-rooms:connect': ConnectionMessage
  'fastify-rooms:disconnect': ConnectionMessage
  'fastify-rooms:join': MembershipMessage
  'fastify-rooms:leave': MembershipMessage
  'fastify-rooms:publish': PublishMessage
  'fastify-rooms:send': SendMessage
  'fastify-rooms:batch': BatchMessage
}
type Name = keyof DiagnosticsMessages

const names: readonly Name[] = ['fastify-rooms:connect', 'fastify-rooms:disconnect', 'fastify-rooms:join', 'fastify-rooms:leave', 'fastify-rooms:publish', 'fastify-rooms:send', 'fastify-rooms:batch']
const channels = new Map(names.map((name) => [name, channel(name)]))

/** Tells whoever listens; the message is made only then. */
export function tell<N extends Name>(name: N, message: () => DiagnosticsMessages[N]): void {
  const told = channels.get(name)!
  if (told.hasSubscribers) told.publish(message())
}

/** When something begins whose length will be told, by `performance.now()`; 0 where nobody listens, because a look at the clock takes 50 ns. */
export function startOf(name: Name): number {
  return channels.get(name)!.hasSubscribers ? performance.now() : 0
}
