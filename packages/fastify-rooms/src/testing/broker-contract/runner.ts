/** What the contract needs of a test runner: Vitest and Jest both fit, as `{ describe, test, expect, afterEach }`. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => Promise<void>): unknown
  afterEach(body: () => Promise<void>): unknown
  readonly expect: Expect
}

export interface Expect {
  (value: unknown, message?: string): Matchers
  any(type: unknown): unknown
  stringMatching(pattern: RegExp): unknown
}

interface Matchers {
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
  toMatchObject(expected: object): void
  toHaveLength(expected: number): void
  toBeLessThan(expected: number): void
  readonly not: Pick<Matchers, 'toBe'>
}
