import { RoomsHandlerError } from './errors.js'
import type { Kinds } from './kinds.js'
import { isKind, isName, KIND_RULE, MAX_NAME } from './names.js'
import { said } from './options.js'
import type { Awaitable, Publication } from './rooms-api.js'

/** A publish handler without its types; the contract validated what it gets. */
export type Handler = (publication: Publication<never, never>) => Awaitable<unknown>

/** The application's publish handlers: one per kind and name. */
export class Handlers {
  readonly #handlers = new Map<string, Map<string, Handler>>()

  add(kinds: Kinds, kind: string, name: string, handler: Handler): void {
    if (!isKind(kind)) throw new RoomsHandlerError(`handle('${said(kind)}', …): a kind is ${KIND_RULE}, as 'chat' for all rooms 'chat:…'`)
    if (!isName(name)) throw new RoomsHandlerError(`handle('${kind}', '${said(name).slice(0, MAX_NAME)}'): what clients publish has a name of 1 to ${MAX_NAME} characters`)
    const rules = kinds.ofKind(kind)
    if (rules === undefined) throw new RoomsHandlerError(`handle('${kind}', '${name}'): the contract has no kind '${kind}'`)
    if (rules.publish !== null && !rules.publish.has(name)) throw new RoomsHandlerError(`handle('${kind}', '${name}'): add '${name}' to the contract's publish of '${kind}'`)
    if (typeof handler !== 'function') throw new RoomsHandlerError(`handle('${kind}', '${name}'): the handler must be a function`)
    const ofKind = this.#handlers.get(kind) ?? new Map<string, Handler>()
    if (ofKind.has(name)) throw new RoomsHandlerError(`handle('${kind}', '${name}'): there is a handler already, and only one can answer`)
    ofKind.set(name, handler)
    this.#handlers.set(kind, ofKind)
  }

  get(kind: string, name: string): Handler | undefined {
    return this.#handlers.get(kind)?.get(name)
  }

  /** Finds publishes that nobody would answer. */
  check(kinds: Kinds): void {
    for (const rules of kinds.all())
      for (const name of rules.publish?.keys() ?? [])
        if (!rules.events?.has(name) && this.get(rules.kind, name) === undefined)
          throw new RoomsHandlerError(`publish '${name}' of kind '${rules.kind}' is neither an event nor handled: add it to events, or call rooms.handle('${rules.kind}', '${name}', …)`)
  }
}
