import { afterEach, describe, expect, test } from 'vitest'
import type { Broker } from '../../src/index.js'
import { brokerContract as contract } from '../../src/testing/index.js'

/** The contract that a third party runs as well, with our test runner. */
export function brokerContract(name: string, makeBroker: () => Broker | Promise<Broker>): void {
  contract({ afterEach, describe, expect, test }, name, makeBroker)
}
