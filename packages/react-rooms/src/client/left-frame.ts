import type { LeftFrame, Retry } from 'rooms-protocol'

/** A `left` from the client itself to one of its rooms, which needs neither its own name nor a reason to read. */
export const leftFrame = (code: number, retry?: Retry): LeftFrame => ({ type: 'left', code, retry }) as LeftFrame
