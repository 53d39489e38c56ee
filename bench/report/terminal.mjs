import { cellsOf, textTable } from './table.mjs'
import { judge } from './targets.mjs'

export function printSection(section, targets) {
  console.log(`\n  ${section.load}`)
  for (const table of [section, ...(section.more ?? [])]) {
    if (table !== section) console.log(`\n  ${table.title}`)
    console.log(textTable(cellsOf(table)).replace(/^/gm, '  '))
  }
  for (const note of section.notes ?? []) console.log(`  ${note}`)
  for (const { text, met } of judge(section, targets)) console.log(`  ${met ? 'met   ' : 'UNMET '} ${text}`)
  console.log()
}
