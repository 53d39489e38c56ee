import type { FastifyInstance } from 'fastify'

/** Notes every hook as `name user room`, and lets a test wait for one. */
export class Diary {
  readonly notes: string[] = []
  #waiting: (() => void)[] = []

  attach(app: FastifyInstance): void {
    for (const name of ['onConnect', 'onDisconnect'] as const) app.rooms.addHook(name as 'onConnect', ({ user }) => this.#note(name, user.id))
    for (const name of ['onJoin', 'onLeave'] as const) app.rooms.addHook(name as 'onJoin', ({ user, room }) => this.#note(name, user.id, room.name))
    for (const name of ['onMemberJoined', 'onMemberLeft'] as const) app.rooms.addHook(name as 'onMemberJoined', ({ user, room }) => this.#note(name, user, room.name))
  }

  async noted(note: string): Promise<void> {
    while (!this.notes.includes(note)) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #note(...words: string[]): void {
    this.notes.push(words.join(' '))
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
