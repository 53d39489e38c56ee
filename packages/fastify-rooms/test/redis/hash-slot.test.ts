import { expect, test } from 'vitest'
import { hashSlot } from '../../src/redis/hash-slot.js'

test('the slot of a key is the one a Redis Cluster computes', () => {
  // Each from CLUSTER KEYSLOT of Redis 7.0.15.
  const slots: [string, number][] = [['', 0], ['123456789', 12_739], ['foo', 12_182], ['a{foo}b', 12_182], ['{foo}{bar}', 12_182], ['a{}{foo}', 700], ['a}{foo', 5_560], ['ä😀', 6_205]]
  for (const [key, slot] of slots) expect(hashSlot(key), key).toBe(slot)
})
