import type { Broker, BrokerLink, Entry, RoomListener } from '../../src/index.js'

/** The same object with some methods replaced; the others keep their own `this`. */
function withMethods<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(_, name) {
      const method = target[name as keyof T]
      return replaced[name as keyof T] ?? (typeof method === 'function' ? (method.bind(target) as unknown) : method)
    },
  })
}

/** Replaces some methods of every link of a broker. */
export function withLinks(broker: Broker, replace: (link: BrokerLink) => Partial<BrokerLink>): Broker {
  return { open: async (host) => {
    const link = await broker.open(host)
    return withMethods(link, replace(link))
  } }
}

export interface Delivery {
  readonly broker: Broker
  /** Decides what becomes of the next live entries; by default each is delivered at once. */
  onEntry: (entry: Entry, deliver: (entry: Entry) => void) => void
  /** How many reads were made. */
  reads: number
  /** Every node's listeners by room, for news that only a broker can have. */
  readonly listeners: Map<string, RoomListener[]>
}

/** A broker between which and its nodes live entries can be lost, held back or forged; reads stay true. */
export function faultyDelivery(broker: Broker): Delivery {
  const listeners = new Map<string, RoomListener[]>()
  const delivery: Delivery = {
    onEntry: (entry, deliver) => deliver(entry),
    reads: 0,
    listeners,
    broker: withLinks(broker, (link) => ({
      read: (room, from, limit) => {
        delivery.reads++
        return link.read(room, from, limit)
      },
      subscribe: (room, listener) => {
        listeners.set(room, [...(listeners.get(room) ?? []), listener])
        return link.subscribe(room, withMethods(listener, { onEntry: (entry) => delivery.onEntry(entry, (delivered) => listener.onEntry(delivered)) }))
      },
    })),
  }
  return delivery
}
