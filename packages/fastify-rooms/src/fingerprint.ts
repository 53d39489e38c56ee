import type { Fields } from './fields.js'

const FNV_OFFSET = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193
/** Safe integers are taken in two halves. */
const WORD = 2 ** 32

/**
 * 32 bits of JSON data, the same on every node (FNV-1a over its values, keys in their order): tells a retry from other
 * content under a used id. Nobody gains by two contents with one fingerprint, since ids are each user's own; a
 * cryptographic hash of the text took five times as long, and 72 bytes for every id that is remembered.
 *
 * @param data JSON data; what JSON leaves out (`undefined`, functions) counts as nothing.
 */
export function fingerprint(name: string, data: unknown): number {
  return mixed(mixText(FNV_OFFSET, name), data)
}

/** Of each kind of value, so that none reads as another. */
const KIND = { integer: 1, other: 2, true: 3, false: 4, null: 5, list: 6, fields: 7, end: 8, text: 9 }

function mixed(hash: number, value: unknown): number {
  switch (typeof value) {
    case 'string': return mixText(mix(hash, KIND.text), value)
    case 'number': return Number.isSafeInteger(value) ? mix(mix(mix(hash, KIND.integer), value | 0), Math.floor(value / WORD)) : mixText(mix(hash, KIND.other), String(value))
    case 'boolean': return mix(hash, value ? KIND.true : KIND.false)
    case 'object': return value === null ? mix(hash, KIND.null) : Array.isArray(value) ? list(mix(hash, KIND.list), value) : fields(mix(hash, KIND.fields), value as Fields)
    default: return hash
  }
}

function list(hash: number, items: readonly unknown[]): number {
  for (let i = 0; i < items.length; i++) hash = mixed(hash, items[i])
  return mix(hash, KIND.end)
}

function fields(hash: number, object: Fields): number {
  for (const key in object) hash = mixed(mixText(hash, key), object[key])
  return mix(hash, KIND.end)
}

/** Ended by its length, so that neighbours cannot exchange letters. */
export function mixText(hash: number, value: string): number {
  for (let i = 0; i < value.length; i++) hash = mix(hash, value.charCodeAt(i))
  return mix(hash, value.length)
}

export function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, FNV_PRIME)
}
