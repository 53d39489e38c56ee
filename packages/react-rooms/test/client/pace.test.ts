import { expect, it } from 'vitest'
import { createPace } from '../../src/client/pace.js'

it('lets a second\'s worth leave at once, then as much in each second', () => {
  const pace = createPace(10, 1_000)
  for (let i = 0; i < 10; i++) expect(pace(1_000)).toBe(true)
  expect([pace(1_000), pace(1_099), pace(1_100), pace(1_100)]).toEqual([false, false, true, false])
  let left = 0
  for (let now = 1_100; now < 3_100; now += 10) if (pace(now)) left++
  expect(left).toBe(19)
})

it('goes on when the clock is set back, as many a device does once it finds the network\'s', () => {
  const pace = createPace(10, 3_600_000)
  for (let i = 0; i < 10; i++) expect(pace(3_600_000)).toBe(true)
  expect(pace(0)).toBe(true)
})

it('never saves up more than a second\'s worth', () => {
  const pace = createPace(5, 0)
  for (let i = 0; i < 5; i++) expect(pace(60_000)).toBe(true)
  expect(pace(60_000)).toBe(false)
})
