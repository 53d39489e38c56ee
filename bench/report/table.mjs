import { median, spread } from '../statistics.mjs'

/** The cells of a section: a line of titles, and one for each peer with the medians of its rounds. */
export function cellsOf({ columns, rows }) {
  const titles = ['', ...columns.map(({ title }) => title)]
  return [titles, ...rows.map(({ name, rounds }) => [name, ...columns.map((column) => cellOf(column, rounds))])]
}

function cellOf({ key, digits, spread: showsSpread = false }, rounds) {
  const values = rounds.map((round) => round[key]).filter((value) => value !== undefined && value !== null)
  if (values.length === 0) return '–'
  const text = median(values).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return showsSpread && values.length > 1 ? `${text} ±${(spread(values) * 50).toFixed(0)} %` : text
}

/** For a terminal: columns as wide as they need. */
export function textTable(cells) {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  return cells.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('   ')).join('\n')
}

export function markdownTable([titles, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
