/** Commands that nodes of fastify-rooms send by themselves; all others are a script's. */
const OUTSIDE_SCRIPTS = new Set(['evalsha', 'ping'])

/** What travels to Redis, and, in brackets, what a script does there. */
export function commandsPerEvent(rounds, scripted) {
  const events = sum(rounds, (round) => round.events)
  const names = [...new Set(rounds.flatMap(({ commands }) => Object.keys(commands)))]
  const counted = names.sort().map((name) => ({ name, calls: sum(rounds, ({ commands }) => commands[name] ?? 0) / events })).filter(({ calls }) => calls >= 0.0005)
  const text = (list) => list.map(({ name, calls }) => `${calls.toFixed(3)} ${name}`).join(', ')
  if (!scripted) return text(counted)
  return `${text(counted.filter(({ name }) => OUTSIDE_SCRIPTS.has(name)))} (in scripts ${text(counted.filter(({ name }) => !OUTSIDE_SCRIPTS.has(name)))})`
}

/** How often a node uses JSON for an event that passes through it. */
export function jsonPerEvent(rounds) {
  const events = sum(rounds, (round) => round.events)
  const [parse, stringify] = ['parse', 'stringify'].map((what) => (sum(rounds, ({ json }) => json[what]) / events).toFixed(3))
  return `${parse} JSON.parse and ${stringify} JSON.stringify per event`
}

function sum(list, pick) {
  return list.reduce((all, each) => all + pick(each), 0)
}
