import * as fc from 'fast-check'
import type { Contract } from 'rooms-protocol'
import { expect, test } from 'vitest'
import type { RoomsOptions } from '../../src/index.js'
import { FULL } from '../faults/scale.js'
import { buildApp } from '../support/test-app.js'
import { contractOf, name, wildKind } from './wild-contracts.js'

const RUNS = FULL ? 2_000 : 150
/** Take the seed of a failed run to see it again. */
const SEED = Number(process.env['ROOMS_SEED'] ?? Date.now() % 2 ** 31)

/** Whatever plain JavaScript can pass. */
const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true, withSparseArray: true })
const other = (...right: readonly unknown[]): fc.Arbitrary<unknown> => anything.filter((value) => !right.includes(value))
const noObject = anything.filter((value) => value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
const noSchema = anything.filter((value) => typeof (value as { '~standard'?: unknown } | null | undefined)?.['~standard'] === 'undefined')
const PARTS = ['events', 'publish', 'signals'] as const
const KEYS = ['events', 'publish', 'signals', 'state', 'access', 'presence', 'echo', 'history']

/** What is wrong with a kind: what takes the place of what, and how the error calls it, after the kind's own name. */
interface Damage { readonly put: object; readonly at: string }
const damage: fc.Arbitrary<Damage> = fc.oneof(
  other('authenticated', 'owner', 'authorize').map((access) => ({ put: { access }, at: '.access' })),
  other('full', 'count', 'off', undefined).map((presence) => ({ put: { presence }, at: '.presence' })),
  other(true, false, undefined).map((echo) => ({ put: { echo }, at: '.echo' })),
  noObject.map((history) => ({ put: { history }, at: '.history' })),
  anything.filter((value) => value !== undefined && value !== null && !(Number.isSafeInteger(value) && (value as number) >= 0)).map((size) => ({ put: { history: { size } }, at: '.history.size' })),
  anything.filter((value) => value !== undefined && value !== null && !(Number.isSafeInteger(value) && (value as number) > 0)).map((ttlMs) => ({ put: { history: { ttlMs } }, at: '.history.ttlMs' })),
  fc.tuple(fc.constantFrom(...PARTS), noObject).map(([part, put]) => ({ put: { [part]: put }, at: `.${part}` })),
  fc.tuple(fc.constantFrom(...PARTS), name, noSchema).map(([part, called, schema]) => ({ put: { [part]: Object.fromEntries([[called, schema]]) }, at: `.${part}['${called}']` })),
  fc.tuple(fc.constantFrom(...PARTS), fc.constantFrom('', 'x'.repeat(129))).map(([part, called]) => ({ put: { [part]: { [called]: null } }, at: `.${part}` })),
  noSchema.filter((schema) => schema !== undefined).map((state) => ({ put: { state }, at: '.state' })),
  fc.string({ minLength: 1 }).filter((key) => !KEYS.includes(key) && key !== '__proto__').map((key) => ({ put: { [key]: true }, at: `.${key}` })),
)

test(`${RUNS} contracts with one thing wrong in each fail at boot with FST_ROOMS_OPTIONS, naming it and the cure`, async () => {
  await fc.assert(fc.asyncProperty(wildKind, damage, async (wild, { put, at }) => {
    const [[kind, definition]] = Object.entries(contractOf(wild)) as [[string, object]]
    const contract = Object.fromEntries([[kind, { ...definition, ...put }]]) as Contract
    const error: unknown = await buildApp({ contract, authorize: () => true } as RoomsOptions).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining(`option 'contract.${kind}${at}': `) })
    // More than its name.
    expect((error as Error).message.split(`contract.${kind}${at}': `)[1]!.length).toBeGreaterThan(10)
  }), { seed: SEED, numRuns: RUNS, endOnFailure: true })
  process.stdout.write(`fuzz, wrong contracts: ${RUNS}, seed ${SEED}\n`)
}, FULL ? 600_000 : 60_000)

test('a kind whose name no room could begin with fails at boot and is named', async () => {
  const kinds = fc.string({ unit: 'binary' }).filter((kind) => !/^[a-z][a-z0-9_-]{0,31}$/.test(kind))
  await fc.assert(fc.asyncProperty(kinds, async (kind) => {
    const contract = Object.fromEntries([[kind, { access: 'authenticated' }]]) as Contract
    await expect(buildApp({ contract } as RoomsOptions)).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining(`option 'contract.${kind}': `) })
  }), { seed: SEED, numRuns: 30 })
}, 60_000)
