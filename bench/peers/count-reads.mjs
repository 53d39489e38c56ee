/** Wraps a broker so that reads of history are counted. */
export function countReads(broker) {
  const reads = { count: 0 }
  const counting = (link) => new Proxy(link, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'read') return (room, from, limit) => {
        // A limit of none asks where the stream stands; it reads no history.
        if (limit > 0) reads.count++
        return target.read(room, from, limit)
      }
      return value.bind(target)
    },
  })
  return { broker: { open: async (host) => counting(await broker.open(host)) }, reads }
}
