// Compiles the bad*.ts(x) files: every line marked `// wrong` must be an error and no other line may be, and the
// messages must name what is nearly right.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const MARK = /\/\/ wrong\s*$/

/** What an error on a line with this text has to say. */
const SAYS = [
  ["'order.update', order", `'"order.update"' is not assignable to parameter of type '"order.updated"'`],
  ["'mesage', (d)", `'"mesage"' is not assignable to parameter of type '"message"'`],
  ['d.txt', /Property 'txt' does not exist on type .*Did you mean 'text'\?/],
  ['data.txt', /Property 'txt' does not exist on type .*Did you mean 'text'\?/],
  ["txt: 'x'", /'txt' does not exist in type .*Did you mean to write 'text'\?/],
  ["txt: 'milk'", /'txt' does not exist in type .*Did you mean to write 'text'\?/],
  ["'nope'", `'"nope"' is not assignable to parameter of type '"message" | "message.read"'`],
  ["'todo.upsert':", "''todo.upsert'' does not exist in type"],
  ["roomName('user', undefined)", "'undefined' is not assignable to parameter of type 'string | number'"],
]

// Without a shell `npx` would be npx.cmd on Windows; the package scripts put tsc on the path.
const { stdout, error } = spawnSync('tsc', ['-p', 'tsconfig.bad.json', '--pretty', 'false'], { cwd: here, encoding: 'utf8', shell: process.platform === 'win32' })
if (error) throw error

/** `file:line` → the messages there. */
const errors = new Map()
for (const [, file, line, message] of stdout.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+: .*(?:\n {2,}.*)*)/gm)) {
  const place = `${file}:${line}`
  errors.set(place, `${errors.get(place) ?? ''}${message}\n`)
}

const faults = []
const said = new Set()
let marked = 0
for (const file of readdirSync(here).filter((name) => /^bad.*\.tsx?$/.test(name))) {
  readFileSync(`${here}/${file}`, 'utf8').split('\n').forEach((text, index) => {
    const place = `${file}:${index + 1}`
    const messages = errors.get(place)
    errors.delete(place)
    if (!MARK.test(text)) {
      if (messages) faults.push(`${place} is not marked, but: ${messages}`)
      return
    }
    marked++
    if (!messages) return faults.push(`${place} compiles, but is wrong: ${text.trim()}`)
    for (const [part, says] of SAYS) {
      if (!text.includes(part)) continue
      said.add(part)
      if (typeof says === 'string' ? !messages.includes(says) : !says.test(messages)) faults.push(`${place} should say ${says}, but says: ${messages}`)
    }
  })
}
for (const [place, messages] of errors) faults.push(`${place}: ${messages}`)
for (const [part] of SAYS) if (!said.has(part)) faults.push(`no wrong line contains ${part}: check-bad.mjs expects a message for one`)
if (marked === 0) faults.push('no line is marked // wrong')

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`)
  process.exit(1)
}
process.stdout.write(`${marked} wrong lines are errors, no other line is\n`)
