import { closeVerdict, encodeFrame, parseServerBatch, roomName, type ServerFrame } from '../src/index.js'

const room = roomName('user', 'ana@example.com') // 'user:ana~40example.com'
const hello = encodeFrame({ type: 'join', room })

function onMessage(text: string): ServerFrame[] {
  return parseServerBatch(text)
}
function comesBack(code: number): boolean {
  return closeVerdict(code) !== 'stop'
}

export { comesBack, hello, onMessage }
