// Compiles the public types as applications use them, with each compiler an application may have. Every line marked
// `// wrong` must be an error, no other line may be, and the messages must name what is nearly right.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
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

/** What an application may have: the house's own, and the newest 5.x. */
const COMPILERS = ['typescript', 'typescript-5']

const files = readdirSync(here).filter((name) => /^(good|bad).*\.tsx?$/.test(name))
const results = await Promise.all(COMPILERS.map(async (name) => judge(await compile(name))))
for (const { version, marked, faults } of results)
  process.stdout.write(faults.length > 0 ? `TypeScript ${version}:\n${faults.join('\n')}\n` : `TypeScript ${version}: ${marked} wrong lines are errors, no other line is\n`)
if (results.some(({ faults }) => faults.length > 0)) process.exitCode = 1

/** What a compiler says of all files. */
async function compile(name) {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  const tsc = spawn(process.execPath, [join(dirname(manifest), 'bin/tsc'), '-p', 'tsconfig.all.json', '--pretty', 'false'], { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  tsc.stdout.setEncoding('utf8').on('data', (text) => { stdout += text })
  await once(tsc, 'close')
  return { version: JSON.parse(readFileSync(manifest, 'utf8')).version, stdout }
}

function judge({ version, stdout }) {
  /** `file:line` → the messages there. */
  const errors = new Map()
  for (const [, file, line, message] of stdout.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+: .*(?:\n {2,}.*)*)/gm)) {
    const place = `${file}:${line}`
    errors.set(place, `${errors.get(place) ?? ''}${message}\n`)
  }
  const faults = []
  const said = new Set()
  let marked = 0
  for (const file of files) {
    readFileSync(join(here, file), 'utf8').split('\n').forEach((text, index) => {
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
  // An error without a place would hide all others.
  if (/^error /m.test(stdout)) faults.push(stdout)
  for (const [part] of SAYS) if (!said.has(part)) faults.push(`no wrong line contains ${part}: check-types.mjs expects a message for one`)
  if (marked === 0) faults.push('no line is marked // wrong')
  return { version, marked, faults }
}
