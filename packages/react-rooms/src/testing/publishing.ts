import type { AckFrame, ErrorFrame, Issue, PublishFrame } from 'rooms-protocol'

/** What a handler gets besides the data. */
export interface MockPublication {
  /** The publish id: the same for every retry. */
  readonly id: string
  /** Who published. */
  readonly user: string
  /** Refuses: the publish rejects with this code. A code of the protocol or one of the application's own. */
  refuse(code: string, message?: string, issues?: readonly Issue[]): never
  /** Answers without an event: the ack's `result`, as a handler's for a name that is no event. */
  answer(result: unknown): MockAnswer
}
export interface MockAnswer { readonly [ANSWER]: unknown }
const ANSWER = Symbol('answer')

/** Publishes that wait for `release`. */
export interface Held<D> {
  /** Oldest first; one that was sent again stands once. */
  readonly waiting: readonly { readonly id: string; readonly data: D }[]
  /** Lets them go on in their order, and holds no more. */
  release(): void
}

export type AnyHandler = (data: unknown, publication: MockPublication) => unknown

/** Where an answer goes, and who asked. */
export interface Publisher {
  readonly user: string
  write(answer: AckFrame | ErrorFrame): void
}

/** What a room does with what is published in it. */
export interface Publishing {
  take(publisher: Publisher, frame: PublishFrame): void
  on(event: string, handler: AnyHandler): () => void
  hold(event: string, what: 'publish' | 'ack'): Held<unknown>
}

class Refusal extends Error {
  readonly code: string
  readonly issues: readonly Issue[] | undefined
  constructor(code: string, message: string, issues?: readonly Issue[]) {
    super(message)
    this.code = code
    this.issues = issues
  }
}

interface Hold {
  readonly event: string
  readonly what: 'publish' | 'ack'
  /** By publish id: what goes on at the release. */
  readonly held: Map<string, { readonly data: unknown; readonly go: () => void }>
}

/**
 * @param append makes the event and delivers it; gives its position.
 * @param forbids why nobody, or this name, may be published now: an error code, or null.
 * @param failed is told of a handler's own mistakes.
 */
export function createPublishing(
  room: string, append: (event: string, data: unknown, id: string, from: string) => string, forbids: (event: string) => string | null, failed: (error: unknown) => void,
): Publishing {
  const handlers = new Map<string, AnyHandler>()
  const holds = new Set<Hold>()
  /** By user and id: what was published, and the answer once there is one. */
  const known = new Map<string, { readonly content: string; ack?: AckFrame }>()

  /** Runs now, or at the release of whoever holds it. */
  const unlessHeld = (what: Hold['what'], event: string, id: string, data: unknown, go: () => void): void => {
    const hold = [...holds].find((one) => one.event === event && one.what === what)
    if (hold === undefined) go()
    else hold.held.set(id, { data, go })
  }
  const errorOf = (error: unknown, id: string): ErrorFrame => {
    if (error instanceof Refusal) return { type: 'error', code: error.code, message: error.message, id, room, ...(error.issues && { issues: error.issues }) }
    failed(error)
    return { type: 'error', code: 'internal', message: `the handler of the test threw: ${String(error)}`, id, room }
  }
  const ackOf = ({ event }: PublishFrame, id: string, user: string, reply: unknown): AckFrame => {
    if (reply === undefined) return { type: 'ack', id, room }
    if (typeof reply === 'object' && reply !== null && ANSWER in reply) return { type: 'ack', id, room, result: reply[ANSWER] }
    return { type: 'ack', id, room, position: append(event, reply, id, user) }
  }

  const carryOut = ({ user, write }: Publisher, frame: PublishFrame, id: string): void => {
    const { event, data } = frame
    const key = `${user}\n${id}`
    const content = JSON.stringify([event, data])
    const answer = (ack: AckFrame | ErrorFrame): void => unlessHeld('ack', event, id, data, () => write(ack))
    const refuse = (error: unknown): void => {
      known.delete(key)
      answer(errorOf(error, id))
    }
    const finish = (reply: unknown): void => {
      const ack = ackOf(frame, id, user, reply)
      known.set(key, { content, ack })
      answer(ack)
    }
    const before = known.get(key)
    if (before !== undefined && before.content !== content) return answer(errorOf(new Refusal('conflict', `id '${id}' was used for other content: make a new id for a new publish`), id))
    if (before !== undefined && before.ack === undefined) return answer(errorOf(new Refusal('uncertain', 'the same id is being handled now: try again with it'), id))
    if (before?.ack !== undefined) return answer({ ...before.ack, duplicate: true })
    const flaw = forbids(event)
    if (flaw !== null) return refuse(new Refusal(flaw, flaw === 'unavailable' ? 'not done: try again' : `you may not publish '${event}' here`))
    const handler = handlers.get(event)
    if (handler === undefined) return finish(data)
    known.set(key, { content })
    try {
      const reply = handler(data, {
        id, user,
        refuse(code, message = `refused with ${code}`, issues) { throw new Refusal(code, message, issues) },
        answer: (result) => ({ [ANSWER]: result }),
      })
      // At once where it can be: the event and its ack then leave in one message, as from the server.
      if (reply instanceof Promise) reply.then(finish, refuse)
      else finish(reply)
    } catch (error) {
      refuse(error)
    }
  }

  return {
    take(publisher, frame) {
      const id = frame.id ?? ''
      unlessHeld('publish', frame.event, id, frame.data, () => carryOut(publisher, frame, id))
    },
    on(event, handler) {
      handlers.set(event, handler)
      return () => {
        if (handlers.get(event) === handler) handlers.delete(event)
      }
    },
    hold(event, what) {
      const hold: Hold = { event, what, held: new Map() }
      holds.add(hold)
      return {
        get waiting() {
          return [...hold.held].map(([id, { data }]) => ({ id, data }))
        },
        release() {
          holds.delete(hold)
          const all = [...hold.held.values()]
          hold.held.clear()
          for (const { go } of all) go()
        },
      }
    },
  }
}
