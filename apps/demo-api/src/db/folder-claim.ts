import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * Makes this process the only one that uses `folder`, which need not exist yet though its parent must; resolves with the release.
 *
 * PGlite takes no lock of its own, and two processes on one folder destroy the database. A listening socket is the
 * claim, because it ends with its process: a pid file would outlive a crash and might then name somebody else.
 * It stands in the temporary folder under a short name, because socket paths end at about 100 characters.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const path = socketPath(join(await realpath(dirname(folder)), basename(folder)))
  const server = createServer((socket) => socket.destroy()).unref()
  if (!(await listens(server, path))) {
    if (await answers(path)) throw new Error(`The database in ${folder} is in use by another process. Stop that one, or set DATA_DIR to another folder.`)
    await rm(path, { force: true })
    if (!(await listens(server, path))) throw new Error(`Another process opened the database in ${folder} at the same moment. Set DATA_DIR to another folder.`)
  }
  return async () => {
    server.close()
    await once(server, 'close')
  }
}

function socketPath(folder: string): string {
  const name = `rooms-demo-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

async function listens(server: Server, path: string): Promise<boolean> {
  try {
    server.listen(path)
    await once(server, 'listening')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
