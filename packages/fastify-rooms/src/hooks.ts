import type { FastifyBaseLogger } from 'fastify'
import { isLater } from './at-once.js'
import { RoomsOptionsError } from './errors.js'
import { answerInTime } from './in-time.js'
import { logFailure } from './log-failure.js'
import { said } from './options.js'
import type { Awaitable, RoomRef, Session } from './rooms-api.js'

interface HookArguments {
  onConnect: Session
  onDisconnect: Session
  onJoin: Session & { room: RoomRef }
  onLeave: Session & { room: RoomRef }
  onMemberJoined: { room: RoomRef; user: string }
  onMemberLeft: { room: RoomRef; user: string }
}
export type HookName = keyof HookArguments
type Hook<N extends HookName> = (argument: HookArguments[N]) => Awaitable<void>

const NAMES: readonly HookName[] = ['onConnect', 'onDisconnect', 'onJoin', 'onLeave', 'onMemberJoined', 'onMemberLeft']

/** The application's lifecycle hooks, run in the order they were added. */
export class Hooks {
  readonly #hooks = new Map<HookName, Hook<never>[]>()
  readonly #log: FastifyBaseLogger
  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  add<N extends HookName>(name: N, hook: Hook<N>): void {
    if (!NAMES.includes(name)) throw new RoomsOptionsError(`addHook('${said(name)}')`, `unknown hook; there are ${NAMES.join(', ')}`)
    if (typeof hook !== 'function') throw new RoomsOptionsError(`addHook('${name}')`, 'the hook must be a function')
    const hooks = this.#hooks.get(name)
    if (hooks === undefined) this.#hooks.set(name, [hook])
    else hooks.push(hook)
  }

  has(name: HookName): boolean {
    return this.#hooks.has(name)
  }

  /** Runs hooks that may refuse: rejects with the first error, or that of one that does not answer in time. */
  async run<N extends HookName>(name: N, argument: HookArguments[N]): Promise<void> {
    for (const hook of (this.#hooks.get(name) ?? []) as Hook<N>[]) {
      const work = answerInTime(hook(argument), `the hook ${name}`)
      if (isLater(work)) await work
    }
  }

  /** Runs hooks that only watch: their errors are logged. */
  notify<N extends HookName>(name: N, argument: HookArguments[N]): void {
    if (this.#hooks.has(name)) this.run(name, argument).catch((error: unknown) => logFailure(this.#log, error, `rooms hook ${name} failed`))
  }
}
