import { median } from '../statistics.mjs'

/**
 * What must hold, judged: how our median compares with a peer's, or with a figure. For metrics where less is better
 * `atLeast` asks how many times more the peer needs, and `atMost` which part of the peer's we need;
 * `table` counts the tables of the section.
 *
 * @returns {{ text: string, met: boolean }[]}
 */
export function judge(section, targets) {
  return targets.flatMap((target) => {
    const { rows } = target.table === undefined || target.table === 0 ? section : section.more[target.table - 1]
    const ours = valueOf(rows, target.ours ?? 'rooms', target.metric)
    const theirs = target.peer === undefined ? undefined : valueOf(rows, target.peer, target.metric)
    if (ours === undefined || (target.peer !== undefined && theirs === undefined)) return []
    const [got, wanted, met] = compare(target, ours, theirs)
    return [{ text: `${got} ${target.what} (wanted: ${wanted})`, met }]
  })
}

function compare({ atLeast, atMost, atMostAbove, moreIsBetter = false }, ours, theirs) {
  if (atMostAbove !== undefined) return [round(ours - theirs), `at most ${atMostAbove}`, ours - theirs <= atMostAbove]
  if (atLeast !== undefined) {
    const ratio = moreIsBetter ? ours / theirs : theirs / ours
    return [round(ratio), `at least ${atLeast}`, ratio >= atLeast]
  }
  const value = theirs === undefined ? ours : ours / theirs
  return [round(value), `at most ${atMost}`, value <= atMost]
}

function valueOf(rows, peer, metric) {
  const values = rows.find((row) => row.peer === peer)?.rounds.map((round) => round[metric]).filter((value) => value !== undefined) ?? []
  return values.length === 0 ? undefined : median(values)
}

function round(value) {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 1 })
}
