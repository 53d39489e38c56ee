export type Fields = Readonly<Record<string, unknown>>

/** Whether it is an object of named fields: a list has none. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
