import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CloseCode, closeVerdict, ERROR_CODES, MAX_DEPTH, parseClientFrame, parsePosition, type CloseVerdict, type EventFrame, type PollAnswer, type PollRequest } from '../src/index.js'
import {
  alias, examples, frameType, markdown, messageSections, section, shownInterfaces, sourceInterfaces, table, unionMembers, type Direction, type ExampleLine,
} from './specification.js'

const UNION = { client: 'ClientFrame', server: 'ServerFrame' } as const
const sourceTypes = (direction: Direction): string[] => unionMembers(UNION[direction]).map((name) => frameType(sourceInterfaces.get(name)!))
const shared = ['AnnouncedLimits', 'RoomGrants', 'Issue', 'Member']

describe('messages', () => {
  for (const direction of ['client', 'server'] as const) {
    test(`${direction}: every type of ${UNION[direction]} has one section, and every section one type`, () => {
      const types = sourceTypes(direction)
      expect(new Set(types).size).toBe(types.length)
      expect(messageSections(direction).map(([type]) => type).sort()).toEqual(types.sort())
    })
    test(`${direction}: every section shows the interface of its type, and an example`, () => {
      for (const [type, text] of messageSections(direction)) {
        const shown = [...text.matchAll(/^interface (\w+) \{/gm)].map((match) => match[1]!)
        expect(shown, type).toHaveLength(1)
        expect(unionMembers(UNION[direction]), type).toContain(shown[0])
        expect(frameType(sourceInterfaces.get(shown[0]!)!)).toBe(type)
        const lines = examples(text).flat().filter((line) => line.direction === direction)
        expect(lines.map((line) => (JSON.parse(line.text) as { type: string }).type), `an example of ${type}`).toContain(type)
      }
    })
  }
  test('every interface shown is that of the source', () => {
    expect(shownInterfaces.length).toBeGreaterThan(shared.length)
    for (const [name, fields] of shownInterfaces) {
      const source = sourceInterfaces.get(name)
      // The contract gives a member's info and state their types; on the wire they are any JSON.
      const expected = name === 'Member' ? source?.map((field) => field.replace(/^(info|state): .*/, '$1: unknown')) : source
      expect(fields, name).toEqual(expected)
    }
  })
  test('every type a frame refers to is shown', () => {
    const shown = shownInterfaces.map(([name]) => name)
    expect(shared.filter((name) => !shown.includes(name))).toEqual([])
    for (const name of ['JoinReason', 'Retry']) {
      expect(alias(name, 'source'), name).toMatch(/^'/)
      expect(alias(name, 'markdown'), name).toBe(alias(name, 'source'))
    }
  })
  test('every join reason and every retry is explained', () => {
    const words = (name: string): string[] => alias(name, 'source')!.split(' | ').map((word) => word.slice(1, -1))
    expect(table('## Shared types', 0).map(([word]) => word!.replaceAll('`', ''))).toEqual(words('JoinReason'))
    expect(table('## Shared types', 1).map(([word]) => word!.replaceAll('`', ''))).toEqual(words('Retry'))
  })
})

describe('tables', () => {
  test('every error code has one row, and every row one code', () => {
    expect(table('## Error codes').map(([code]) => code!.replaceAll('`', '')).sort()).toEqual([...ERROR_CODES].sort())
  })
  test('every close code has one row with its name and verdict, and every row one code', () => {
    expect(table('## Close codes').map(([code, name, verdict]) => [Number(code), name!.replaceAll('`', ''), verdict])).toEqual(
      Object.entries(CloseCode).map(([name, code]) => [code, name, closeVerdict(code, true)]).sort((a, b) => Number(a[0]) - Number(b[0])),
    )
  })
  test('the other standard codes have the verdict the text gives', () => {
    const [, backoff, stop] = /: ([\d, and]+) are backoff; ([\d and]+) are stop\./.exec(section('## Close codes'))!
    const verdicts = (text: string): CloseVerdict[] => text.match(/\d+/g)!.map((code) => closeVerdict(Number(code)))
    expect(verdicts(backoff!)).toEqual(['backoff', 'backoff', 'backoff', 'backoff', 'backoff'])
    expect(verdicts(stop!)).toEqual(['stop', 'stop'])
  })
  test('the limits told to the client are those of welcome.limits, with the defaults its example shows', () => {
    const told = table('## Limits').filter(([, , mark]) => mark === 'yes').map(([name, value]) => [name!.replaceAll('`', ''), Number(value!.replaceAll(',', ''))] as const)
    expect(told.map(([name]) => name)).toEqual(sourceInterfaces.get('AnnouncedLimits')!.map((field) => field.split(':')[0]))
    const welcomes = serverLines().filter((frame) => frame['type'] === 'welcome')
    expect(welcomes.length).toBeGreaterThan(0)
    for (const welcome of welcomes) expect(welcome['limits']).toEqual(Object.fromEntries(told))
  })
})

describe('rules in the text', () => {
  test('the grammars are those of the source', () => {
    const source = ['room-name.ts', 'client-fields.ts'].map((file) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')).join('\n')
    const grammars = [...markdown.matchAll(/`(\^[^`]+\$)`/g)].map((match) => match[1]!)
    expect(new Set(grammars).size).toBe(2)
    for (const grammar of grammars) expect(source).toContain(`/${grammar}/`)
  })
  test('the depth is that of the door', () => {
    expect(markdown).toContain(`nests at most ${MAX_DEPTH} levels`)
  })
  test('every link inside leads somewhere', () => {
    const seen = new Map<string, number>()
    const anchors = [...markdown.matchAll(/^#+ (.*)$/gm)].map((match) => {
      const base = match[1]!.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')
      const times = seen.get(base) ?? 0
      seen.set(base, times + 1)
      return times === 0 ? base : `${base}-${times}`
    })
    const links = [...markdown.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]!)
    expect(links.length).toBeGreaterThan(20)
    expect(links.filter((link) => !anchors.includes(link))).toEqual([])
  })
})

describe('examples', () => {
  test('the door takes what clients say, or refuses it with the very error that follows', () => {
    const objects = examples().flatMap((lines) => lines.map((line, index) => ({ line, next: lines[index + 1] })).filter(({ line }) => isObject(line, 'client')))
    expect(objects.length).toBeGreaterThan(15)
    for (const { line, next } of objects) {
      const parsed = parseClientFrame(line.text, 65_536)
      if (parsed.ok) {
        expect(parsed.frame, at(line)).toStrictEqual(JSON.parse(line.text))
      } else {
        const { ok: _, ...error } = parsed
        expect(JSON.parse(next!.text), at(line)).toStrictEqual({ type: 'error', ...error })
      }
    }
  })
  test('what servers say has a known type, every required field and no unknown one', () => {
    const types = new Map(unionMembers('ServerFrame').map((name) => [frameType(sourceInterfaces.get(name)!), sourceInterfaces.get(name)!]))
    const frames = serverLines()
    expect(frames.length).toBeGreaterThan(25)
    for (const frame of frames) {
      const fields = types.get(String(frame['type']))
      expect(fields, `type ${String(frame['type'])}`).toBeDefined()
      const names = fields!.map((field) => field.split(':')[0]!)
      expect(Object.keys(frame).filter((key) => !names.some((name) => name.replace('?', '') === key)), JSON.stringify(frame)).toEqual([])
      expect(names.filter((name) => !name.endsWith('?') && !(name in frame)), JSON.stringify(frame)).toEqual([])
    }
  })
  test('positions parse, close codes are known, error codes are of the table', () => {
    const codes = new Set<unknown>(Object.values(CloseCode))
    for (const frame of serverLines()) {
      if (typeof frame['position'] === 'string') expect(parsePosition(frame['position']), frame['position']).not.toBeNull()
      if (frame['type'] === 'left' || frame['type'] === 'bye') expect(codes).toContain(frame['code'])
      if (frame['type'] === 'error') expect(ERROR_CODES).toContain(frame['code'])
    }
    const closes = [...markdown.matchAll(/^← close (\d+)$/gm)]
    expect(closes.length).toBeGreaterThan(0)
    for (const [, code] of closes) expect(codes).toContain(Number(code))
  })
  test('a replay is as long as it says and ends at the position', () => {
    const joins = examples().flatMap((lines) => lines.map((line, index) => ({ line, rest: lines.slice(index + 1) })).filter(({ line }) => line.text.startsWith('{"type":"joined"')))
    expect(joins.some(({ line }) => line.text.includes('"replay":2'))).toBe(true)
    for (const { line, rest } of joins) {
      const joined = JSON.parse(line.text) as { replay: number; position: string }
      const replayed = rest.slice(0, joined.replay).map((one) => JSON.parse(one.text) as { offset: number; tag: string })
      const { offset, tag } = parsePosition(joined.position)!
      expect(replayed.map((one) => one.offset), at(line)).toEqual(Array.from({ length: joined.replay }, (_, index) => offset - joined.replay + 1 + index))
      if (joined.replay > 0) expect(replayed.at(-1)!.tag, at(line)).toBe(tag)
    }
  })
  test('a poll goes on from what the answer before gave it, and each answer stands where its last event stood', () => {
    const [first, second, ...others] = polls()
    expect(others).toEqual([])
    expect(second!.request).toMatchObject({ rooms: first!.answer.positions, presence: first!.answer.presence, connection: first!.answer.connection })
    expect(first!.answer.messages[0]).toMatchObject({ type: 'welcome', connection: first!.answer.connection })
    expect(first!.answer.messages[1]).toMatchObject({ type: 'joined', position: first!.answer.positions['chat:lobby'] })
    const { offset, tag } = second!.answer.messages.at(-1) as EventFrame
    expect(parsePosition(second!.answer.positions['chat:lobby'])).toMatchObject({ offset, tag })
  })
  test('an object starts every line that is no request, answer or close', () => {
    for (const line of examples().flat()) expect(line.text, at(line)).toMatch(line.direction === 'client' ? /^(\{|GET |POST )/ : /^(\{|101 |200 \{|close \d)/)
  })
})

describe('named tests', () => {
  const titles = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/\btest\('((?:client frame|server frame|error code|close code) \w+): /g)].map((match) => match[1]!))

  test('every frame type and every close code has one, and there is none for another', () => {
    const expected = [...sourceTypes('client').map((type) => `client frame ${type}`), ...sourceTypes('server').map((type) => `server frame ${type}`), ...Object.values(CloseCode).map((code) => `close code ${code}`)]
    expect([...new Set(titles.filter((title) => !title.startsWith('error code')))].sort()).toEqual(expected.sort())
  })
  test('every error code that the door makes has one', () => {
    const door = readFileSync(new URL('../src/client-door.ts', import.meta.url), 'utf8')
    const codes = /Extract<ErrorCode, ([^>]+)>/.exec(door)![1]!.split(' | ').map((code) => code.slice(1, -1))
    expect(titles.filter((title) => title.startsWith('error code')).sort()).toEqual(codes.map((code) => `error code ${code}`).sort())
  })
})

function isObject(line: ExampleLine, direction: Direction): boolean {
  return line.direction === direction && line.text.startsWith('{')
}
function serverLines(): Record<string, unknown>[] {
  const objects = examples().flat().filter((line) => isObject(line, 'server')).map((line) => JSON.parse(line.text) as Record<string, unknown>)
  return [...objects, ...polls().flatMap(({ answer }) => answer.messages as unknown as Record<string, unknown>[])]
}
/** The polls of the dialogues, each with its answer. */
function polls(): { request: PollRequest; answer: PollAnswer }[] {
  const pairs = examples().flatMap((lines) => lines.map((line, index) => [line.text, lines[index + 1]?.text ?? ''] as const))
  return pairs.filter(([request]) => request.startsWith('POST /poll')).map(([request, answer]) => ({
    request: JSON.parse(request.slice(request.indexOf('{'))) as PollRequest,
    answer: JSON.parse(answer.slice('200 '.length)) as PollAnswer,
  }))
}
function at(line: ExampleLine): string {
  return `PROTOCOL.md:${line.line}`
}
