/**
 * What `pnpm mutation-check` breaks, one at a time, and the tests that must notice. `find` stands once in the file.
 *
 * @type {readonly { breaks: string, file: string, find: string, replace: string, tests: readonly string[] }[]}
 */
export const mutations = [
  {
    breaks: 'offset order: an entry that is known or early is applied', file: 'src/room-stream.ts', tests: ['test/room.test.ts', 'test/model/room-stream.test.ts'],
    find: 'return epoch === this.#place.epoch && offset === this.#place.offset + 1 && previousTag === this.#place.tag', replace: 'return epoch === this.#place.epoch',
  },
  {
    breaks: 'gap check: a hole is stepped over', file: 'src/room-stream.ts', tests: ['test/room.test.ts', 'test/model/room-stream.test.ts'],
    find: 'offset === this.#place.offset + 1 && previousTag === this.#place.tag', replace: 'offset > this.#place.offset',
  },
  {
    breaks: 'dedupe in memory: the same id acts twice', file: 'src/broker/memory-stream.ts', tests: ['test/broker', 'test/publish.test.ts'],
    find: "if (known?.state === 'done') return { result: { ...known, state: 'duplicate' }, entry: null }", replace: '',
  },
  {
    breaks: 'dedupe in Redis: the same id acts twice', file: 'src/redis/stream-scripts.ts', tests: ['test/redis/broker.test.ts'],
    find: "if known[2] == 'done' then return {'duplicate', known[3] or '', known[4] or ''} end", replace: '',
  },
  {
    breaks: 'fork check in memory: a place of another history is taken', file: 'src/broker/judge.ts', tests: ['test/broker', 'test/join.test.ts'],
    find: "if (since.offset === end.offset) return since.tag === end.tag ? 'ok' : 'fork'", replace: "if (since.offset === end.offset) return 'ok'",
  },
  {
    breaks: 'fork check in Redis: a place of another history is taken', file: 'src/redis/stream-scripts.ts', tests: ['test/redis/broker.test.ts'],
    find: "return ARGV[7] == tag and page(since) or verdict('fork')", replace: 'return page(since)',
  },
  {
    breaks: 'backfill after a lost subscription: nothing is read when the broker is back', file: 'src/room-stream.ts', tests: ['test/model/room-stream.test.ts', 'test/room.test.ts', 'test/redis/outages.test.ts'],
    find: '    this.#away = false\n    this.check()', replace: '    this.#away = false\n    this.#owner.live(true)\n    this.#follow()',
  },
  {
    breaks: 'lease expiry in Redis: whoever vanished stays', file: 'src/redis/presence-scripts.ts', tests: ['test/redis/broker.test.ts', 'test/redis/two-nodes.test.ts'],
    find: "'-inf', '(' .. int(now())", replace: "'-inf', '(0'",
  },
  {
    breaks: 'lease expiry in memory: the grace never ends', file: 'src/broker/memory-presence.ts', tests: ['test/broker', 'test/presence.test.ts'],
    find: 'setTimeout(() => this.#remove(connection, ended), graceMs)', replace: 'setTimeout(() => {}, graceMs)',
  },
  {
    breaks: 'authorization at publish: whoever joined may publish', file: 'src/publish.ts', tests: ['test/publish.test.ts', 'test/authorize.test.ts'],
    find: "if (!isAllowed) throw new Refused('forbidden', `you may not publish", replace: "if (!isAllowed && event === '') throw new Refused('forbidden', `you may not publish",
  },
  {
    breaks: 'origin check: any page may talk', file: 'src/origin.ts', tests: ['test/origin.test.ts'],
    find: 'return origins === null ? sameHost(origin, request) : origins.includes(origin)', replace: 'return true',
  },
  {
    breaks: 'token redaction: the token stands in the log', file: 'src/redact.ts', tests: ['test/redact.test.ts'],
    find: 'if (isToken(part)) return', replace: "if (isToken(part) && part === '') return",
  },
  {
    breaks: 'high mark: a member that stops reading is kept', file: 'src/outbox.ts', tests: ['test/outbox.test.ts', 'test/limits.test.ts'],
    find: 'if (buffered > limits.highWaterBytes) return', replace: 'if (buffered > Infinity) return',
  },
  {
    breaks: 'skip, live: an excepted connection gets no word of the offset', file: 'src/room.ts', tests: ['test/room.test.ts', 'test/rooms.test.ts', 'test/publish.test.ts'],
    find: "excepted.length === 0 ? undefined : { text: skipFrame(this.name, entry), lane: 'event', entry }", replace: 'undefined',
  },
  {
    breaks: 'skip, replayed: an excepted connection is told the event', file: 'src/replay.ts', tests: ['test/replay.test.ts', 'test/rooms.test.ts'],
    find: 'isExcepted(entry.except, connection.id, connection.user.id) ? skipFrame(room.name, entry) : entry.frame', replace: 'entry.frame',
  },
]
