import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cellsOf, markdownTable } from './table.mjs'
import { judge } from './targets.mjs'

const file = new URL('../../docs/benchmarks.md', import.meta.url)

/** Puts the figures between their marks in docs/benchmarks.md; what people wrote around them stays. */
export function writeDocument(benches, results) {
  if (!existsSync(file)) return
  writeFileSync(file, withFigures(readFileSync(file, 'utf8'), benches, results))
}

/** @param {Record<string, object>} results as `readResults` gives them */
export function withFigures(text, benches, results) {
  const figures = { machine: machineText(results.machine), summary: summaryText(benches, results), ...Object.fromEntries(benches.filter(({ name }) => results[name] !== undefined).map((bench) => [bench.name, sectionText(bench, results[bench.name])])) }
  return text.replace(/(<!-- figures: ([a-z-]+) -->\n)[\s\S]*?(<!-- end of figures -->)/g, (whole, begin, name, end) => (figures[name] === undefined ? whole : `${begin}${figures[name]}\n${end}`))
}

function machineText(machine) {
  if (machine === undefined) return undefined
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`).join(', ')
  return `${machine.processor}; ${machine.system}; ${machine.processes}.\n${versions}.`
}

/** What must hold, and whether it did. */
function summaryText(benches, results) {
  const lines = benches.filter(({ name }) => results[name] !== undefined).flatMap((bench) => judge(results[bench.name], bench.targets).map(({ text, met }) => `| ${bench.title} | ${text} | ${met ? 'yes' : '**no**'} |`))
  return ['| benchmark | measured | holds |', '| --- | --- | --- |', ...lines].join('\n')
}

function sectionText({ targets }, section) {
  const parts = [`${section.load}. Taken ${section.takenAt.slice(0, 10)}, medians of ${section.rounds} rounds, ± half the distance of the extremes; load of the machine before: ${section.machineLoadBefore}.`]
  if (section.picture !== undefined) parts.push(`![${section.picture.text}](../bench/results/${section.picture.file})`)
  for (const table of [section, ...(section.more ?? [])]) parts.push(table === section ? markdownTable(cellsOf(table)) : `${table.title}:\n\n${markdownTable(cellsOf(table))}`)
  const judged = judge(section, targets).map(({ text, met }) => `- ${text}: ${met ? 'holds' : '**does not hold**'}`)
  if ((section.notes ?? []).length > 0) parts.push(section.notes.map((note) => `- ${note}`).join('\n'))
  if (judged.length > 0) parts.push(judged.join('\n'))
  return parts.join('\n\n')
}
