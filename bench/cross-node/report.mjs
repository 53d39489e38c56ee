import { median, percentile, spread } from '../statistics.mjs'

/** The tables at the end of a run: one row a peer, medians over its rounds. */
export function report(peers, connections) {
  const wide = Math.max(...peers.map(({ name }) => name.length)) + 2
  const lines = []
  const table = (columns, row) => {
    lines.push('', ''.padEnd(wide) + columns.map((column) => column.padStart(column.length + 3)).join(''))
    for (const peer of peers) lines.push(peer.name.padEnd(wide) + row(peer).map((cell, at) => cell.padStart(columns[at].length + 3)).join(''))
  }
  const middle = ({ rounds }, pick) => median(rounds.map(pick))

  table(['deliveries/s', '    lowest', '   highest', 'spread', 'CPU µs/delivery', 'frames/tick'], (peer) => {
    const rates = peer.rounds.map(({ rate }) => rate)
    return [
      ...[median(rates), Math.min(...rates), Math.max(...rates)].map(thousands), `±${(spread(rates) * 50).toFixed(0)} %`,
      middle(peer, (round) => round.cpuPerDeliveryUs).toFixed(2), middle(peer, (round) => round.framesPerTick).toFixed(1),
    ]
  })
  lines.push('CPU: both nodes together. What each took of a core meanwhile; the less others take, the truer the figures:')
  table(['node A', 'node B', ' redis', 'generator', 'others'], (peer) => [0, 1, 2, 3, 4].map((at) => `${(middle(peer, (round) => round.busy[at]) * 100).toFixed(0)} %`))

  const delay = (values) => [0.5, 0.99].map((part) => percentile(values, part).toFixed(2))
  table(['first member p50', 'p99 ms', `all ${connections} members p50`, 'p99 ms', 'redis PING p50', 'p99 ms'], ({ rounds }) => ['first', 'every', 'pings'].flatMap((what) => delay(rounds.flatMap(({ lone }) => lone[what]))))
  lines.push('A lone event, 50 a second: from the call on node A to its arrival at members of node B; PING: a bare round trip from node A in between', '')

  for (const peer of peers) lines.push(`${peer.name}: Redis commands per event: ${commandsPerEvent(peer.rounds, peer.scripted)}`)
  lines.push('')
  for (const peer of peers) {
    const [joins, events] = ['joins', 'events'].map((phase) => ({ parse: sum(peer.rounds, ({ json }) => json[phase].parse), stringify: sum(peer.rounds, ({ json }) => json[phase].stringify) }))
    const count = sum(peer.rounds, (round) => round.events)
    lines.push(
      `${peer.name}: on node B ${thousands(events.parse)} JSON.parse and ${thousands(events.stringify)} JSON.stringify for ${thousands(count)} events `
      + `(${(events.parse / count).toFixed(3)} and ${(events.stringify / count).toFixed(3)} per event); ${thousands(joins.parse)} and ${thousands(joins.stringify)} during ${thousands(connections * peer.rounds.length)} joins`,
    )
  }
  return lines.join('\n')
}

/** Commands that nodes of fastify-rooms send by themselves; all others are a script's. */
const OUTSIDE_SCRIPTS = new Set(['evalsha', 'ping'])

/** What travels to Redis, and, in brackets, what a script does there. */
function commandsPerEvent(rounds, scripted) {
  const events = sum(rounds, (round) => round.events)
  const names = [...new Set(rounds.flatMap(({ commands }) => Object.keys(commands)))]
  const counted = names.sort().map((name) => ({ name, calls: sum(rounds, ({ commands }) => commands[name] ?? 0) / events })).filter(({ calls }) => calls >= 0.0005)
  const text = (list) => list.map(({ name, calls }) => `${calls.toFixed(3)} ${name}`).join(', ')
  if (!scripted) return text(counted)
  return `${text(counted.filter(({ name }) => OUTSIDE_SCRIPTS.has(name)))} (in scripts ${text(counted.filter(({ name }) => !OUTSIDE_SCRIPTS.has(name)))})`
}

function sum(list, pick) {
  return list.reduce((all, each) => all + pick(each), 0)
}

export function thousands(number) {
  return Math.round(number).toLocaleString('en')
}
