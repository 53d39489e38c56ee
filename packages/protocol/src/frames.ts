import type { Member } from './contract.js'
import type { Retry } from './close-codes.js'

/** The subprotocol a client offers for batches of objects separated by `\n`. */
export const SUBPROTOCOL = 'rooms.v1'
/** The subprotocol for one object per WebSocket message; also what a client without a subprotocol gets. */
export const SUBPROTOCOL_SINGLE = 'rooms.v1.single'

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What the server allows; `welcome.limits`. Bytes are of UTF-8. */
export interface AnnouncedLimits {
  /** One object. */
  readonly messageBytes: number
  /** One WebSocket message, both directions. */
  readonly batchBytes: number
  /** Objects other than `join` and `pong`. */
  readonly messagesPerSecond: number
  /** Rooms one connection may have joined. */
  readonly rooms: number
  /** Members one answer holds. */
  readonly members: number
  /** One connection's presence state. */
  readonly stateBytes: number
}

/** What this user may do in a room; `joined.grants`. */
export interface RoomGrants {
  readonly publish: readonly string[]
  readonly signal: readonly string[]
  readonly presence: boolean
  readonly history: boolean
}

/** Why a position did not recover. */
export type JoinReason = 'epoch' | 'ahead' | 'trimmed' | 'fork' | 'invalid' | 'forbidden'

/** The code of an `error` frame; handlers may add their own. */
export const ERROR_CODES = [
  'bad_json', 'bad_request', 'unknown_type', 'invalid_data', 'conflict', 'forbidden', 'not_joined', 'too_large',
  'rate_limited', 'unauthorized', 'unavailable', 'uncertain', 'internal',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** One thing a schema refused: where and why. */
export interface Issue {
  readonly path: string
  readonly message: string
}

// Client to server

export interface JoinFrame { readonly type: 'join'; readonly room: string; readonly position?: string; readonly rewind?: number; readonly state?: unknown }
export interface LeaveFrame { readonly type: 'leave'; readonly room: string }
export interface PublishFrame { readonly type: 'publish'; readonly event: string; readonly data: unknown; readonly room?: string; readonly id?: string; readonly trace?: string }
export interface SendSignalFrame { readonly type: 'signal'; readonly signal: string; readonly data: unknown; readonly room?: string }
export interface SetTypingFrame { readonly type: 'typing'; readonly on: boolean; readonly room?: string }
export interface SetPresenceFrame { readonly type: 'presence'; readonly state: unknown; readonly room?: string }
export interface AskMembersFrame { readonly type: 'members'; readonly room?: string; readonly after?: string }
export interface AuthFrame { readonly type: 'auth'; readonly token: string; readonly id?: string }
export interface PingFrame { readonly type: 'ping' }
export interface PongFrame { readonly type: 'pong' }

/** Everything a client may say. */
export type ClientFrame = JoinFrame | LeaveFrame | PublishFrame | SendSignalFrame | SetTypingFrame | SetPresenceFrame | AskMembersFrame | AuthFrame | PingFrame | PongFrame

// Server to client

export interface WelcomeFrame {
  readonly type: 'welcome'
  readonly protocol: 'rooms.v1'
  readonly connection: string
  readonly user: string
  /** Epoch ms. */
  readonly now: number
  /** Epoch ms; absent when the session does not expire. */
  readonly expiresAt?: number
  readonly pingMs: number
  readonly limits: AnnouncedLimits
  readonly features: readonly string[]
}
export interface JoinedFrame {
  readonly type: 'joined'
  readonly room: string
  readonly position: string
  readonly recovered?: boolean
  readonly reason?: JoinReason
  readonly replay: number
  readonly members: readonly Member[]
  readonly more?: boolean
  readonly size: number
  readonly typing: readonly string[]
  readonly grants: RoomGrants
}
export interface LeftFrame { readonly type: 'left'; readonly room: string; readonly code: number; readonly reason: string; readonly retry: Retry }
export interface EventFrame {
  readonly type: 'event'
  readonly room: string
  readonly event: string
  readonly data: unknown
  readonly offset: number
  readonly tag: string
  readonly id: string
  /** Broker time, epoch ms. */
  readonly at: number
  readonly from?: string
  readonly trace?: string
}
export interface SkipFrame {
  readonly type: 'skip'
  readonly room: string
  readonly offset: number
  readonly tag: string
  /** The event's id: a client that made it knows now that its change is done. */
  readonly id?: string
}
export interface SignalFrame { readonly type: 'signal'; readonly room: string; readonly signal: string; readonly data: unknown; readonly from: string }
export interface PresenceFrame { readonly type: 'presence'; readonly room: string; readonly left: readonly string[]; readonly joined: readonly Member[]; readonly changed: readonly Member[]; readonly size: number; readonly snapshot?: boolean }
export interface MembersFrame { readonly type: 'members'; readonly room: string; readonly members: readonly Member[]; readonly more?: boolean }
export interface TypingFrame { readonly type: 'typing'; readonly room: string; readonly user: string; readonly on: boolean }
export interface ResetFrame { readonly type: 'reset'; readonly room: string; readonly position: string; readonly reason: string }
export interface LiveFrame { readonly type: 'live'; readonly on: boolean; readonly room?: string }
export interface AckFrame { readonly type: 'ack'; readonly id: string; readonly room?: string; readonly position?: string; readonly duplicate?: boolean; readonly result?: unknown }
export interface ErrorFrame { readonly type: 'error'; readonly code: string; readonly message: string; readonly id?: string; readonly room?: string; readonly retryAfterMs?: number; readonly issues?: readonly Issue[] }
export interface ByeFrame { readonly type: 'bye'; readonly code: number; readonly reason: string; readonly retry: Retry; readonly retryAfterMs?: number }

/** Everything a server may say. */
export type ServerFrame =
  | WelcomeFrame | JoinedFrame | LeftFrame | EventFrame | SkipFrame | SignalFrame | PresenceFrame | MembersFrame
  | TypingFrame | ResetFrame | LiveFrame | AckFrame | ErrorFrame | PingFrame | PongFrame | ByeFrame
