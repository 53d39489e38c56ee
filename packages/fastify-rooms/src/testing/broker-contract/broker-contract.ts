import type { Broker } from '../../broker/broker.js'
import { contractContext } from './cluster.js'
import { appends, claims, idempotentAppends } from './delivery.js'
import { reads, subscriptions } from './history.js'
import { presences } from './presence.js'
import type { TestRunner } from './runner.js'

/**
 * Tests what every broker promises: run it for a broker of your own. `makeBroker` gives a broker without any rooms.
 *
 * @example
 * import { afterEach, describe, expect, test } from 'vitest'
 * brokerContract({ afterEach, describe, expect, test }, 'natsBroker', () => natsBroker(connection))
 */
export function brokerContract(runner: TestRunner, name: string, makeBroker: () => Broker | Promise<Broker>): void {
  const context = contractContext(runner, name, makeBroker)
  for (const part of [appends, idempotentAppends, claims, reads, subscriptions, presences]) part(context)
}
