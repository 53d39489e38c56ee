import { describe, expect, it } from 'vitest'
import { BlockCounter } from './block-counter.mjs'

const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`
const bytes = Buffer.from(chunk('event: welcome\ndata: {}\n\n') + chunk('event: event\nid: e:1:t\ndata: {"a":1}\n\n\nevent: event\ndata: {}\n\n'))

describe('the block counter', () => {
  it.each([1, 7, 30, bytes.length])('counts blocks and chunks in pieces of %i bytes', (size) => {
    const counter = new BlockCounter()
    for (let at = 0; at < bytes.length; at += size) counter.push(bytes.subarray(at, at + size))
    expect([counter.objects, counter.frames, counter.bytes]).toEqual([3, 2, bytes.length])
  })
})
