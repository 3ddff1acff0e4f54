// Ports for what the demo adds to the server.
import { createServer } from 'node:net'

/** The wanted port, or the next free one after it; the same again at the next start where nothing has changed. */
export async function freePortNear(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 20 && port < 65_536; port += 1) {
    if (await isFree(port)) return port
  }
  return 0
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
