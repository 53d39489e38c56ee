import { readFileSync } from 'node:fs'

/** PROTOCOL.md and the source, taken apart as text, so that one can be held against the other. */
export const markdown = read('../PROTOCOL.md')
const framesSource = withoutComments(read('../src/frames.ts'))
const sources = [framesSource, ...['../src/contract.ts', '../src/close-codes.ts', '../src/poll.ts'].map((path) => withoutComments(read(path)))].join('\n')

export type Direction = 'client' | 'server'
/** A line of an example: what travels, in which direction, where. */
export interface ExampleLine {
  readonly direction: Direction
  readonly text: string
  readonly line: number
}
/** The body of an interface: its fields in order, without `readonly`. */
export type Body = readonly string[]

/** Every interface of the source by name, generics left out. */
export const sourceInterfaces: ReadonlyMap<string, Body> = new Map(
  [...sources.matchAll(/export interface (\w+)(?:<[^{]*>)? \{([^}]*)\}/g)].map((match) => [match[1]!, body(match[2]!)]),
)
/** Every interface PROTOCOL.md shows, in order; ping and pong stand there twice. */
export const shownInterfaces: readonly (readonly [name: string, body: Body])[] =
  [...markdown.matchAll(/^interface (\w+) \{\n([^}]*)\}/gm)].map((match) => [match[1]!, body(match[2]!)] as const)

/** `type X = …` of the source or of the text, as one line. */
export function alias(name: string, where: 'source' | 'markdown'): string | undefined {
  return new RegExp(`^(?:export )?type ${name} = (.*)$`, 'm').exec(where === 'source' ? sources : markdown)?.[1]
}

/** The names in `export type ClientFrame = A | B`. */
export function unionMembers(name: 'ClientFrame' | 'ServerFrame'): readonly string[] {
  return new RegExp(`export type ${name} =([^=]*?)(?=\\nexport|$)`).exec(framesSource)![1]!.split('|').map((part) => part.trim()).filter(Boolean)
}

/** The frame type an interface stands for: `join` of `type: 'join'`. */
export function frameType(fields: Body): string {
  return /^type: '(\w+)'$/.exec(fields[0]!)![1]!
}

/** The text under a heading, up to the next one of its level or above. */
export function section(heading: string): string {
  const level = /^#+/.exec(heading)![0].length
  const from = markdown.indexOf(`\n${heading}\n`)
  if (from < 0) throw new Error(`PROTOCOL.md has no heading "${heading}"`)
  const rest = markdown.slice(from + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}

/** The `### \`x\`` sections of one direction: heading and text. */
export function messageSections(direction: Direction): readonly (readonly [type: string, text: string])[] {
  const parts = section(direction === 'client' ? '## Client to server' : '## Server to client').split(/^### /m).slice(1)
  return parts.map((part) => [/^`(\w+)`\n/.exec(part)![1]!, part] as const)
}

/** The rows of the table in a section, cells trimmed, the head left out. */
export function table(heading: string, nth = 0): readonly (readonly string[])[] {
  const tables = section(heading).match(/(?:^\|.*\|\n)+/gm) ?? []
  return tables[nth]!.trim().split('\n').slice(2).map((row) => row.slice(1, -1).split('|').map((cell) => cell.trim()))
}

/** Every example, as runs of lines; an indented line belongs to the message before it. */
export function examples(text: string = markdown): readonly (readonly ExampleLine[])[] {
  return [...text.matchAll(/^```text\n([\s\S]*?)^```/gm)].map((match) => {
    const lines: ExampleLine[] = []
    const start = text.slice(0, match.index).split('\n').length + 1
    for (const [index, line] of match[1]!.trimEnd().split('\n').entries()) {
      const direction = line.startsWith('→ ') ? 'client' : line.startsWith('← ') ? 'server' : lines.at(-1)!.direction
      lines.push({ direction, text: line.slice(2), line: start + index })
    }
    return lines
  })
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\/\/.*$/gm, '')
}
function body(text: string): Body {
  return text.split(/[;\n]/).map((field) => field.replaceAll('readonly ', '').trim()).filter(Boolean)
}
