import { request } from 'node:http'

/** Upgrades without a WebSocket library and gives the subprotocol that the server selected; the socket is closed. */
export function selectedProtocol(port: number, path: string, offered: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const upgrade = request({ port, path, headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': offered.join(', ') } })
    upgrade.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.headers['sec-websocket-protocol'])
    })
    upgrade.on('error', reject)
    upgrade.end()
  })
}
