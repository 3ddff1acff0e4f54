// The listening socket: taken before anything slow begins, answering 503 until the application is there.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'

export interface Listening {
  port: number
  /** From now on `application` answers. */
  serve(application: RequestListener): void
  /** Takes no new connection, ends idle ones, and resolves when the requests in flight are answered. */
  close(): Promise<void>
}

// A client that sends its request byte by byte holds a connection no longer than this.
const REQUEST_TIMEOUT_MS = 60_000
const HEADERS_TIMEOUT_MS = 20_000
// Longer than the usual idle time of load balancers, so that they, not we, end an idle connection.
const KEEP_ALIVE_MS = 65_000
const MAX_HEADER_BYTES = 32 * 1024

/** Listens on host and port (0 takes a free one); rejects with one sentence when that is not possible. */
export async function listen(host: string, port: number): Promise<Listening> {
  let application: RequestListener = notYet
  let closing = false
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) => {
    if (closing) res.setHeader('Connection', 'close')
    application(req, res)
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(faultOf(error, host, port), { cause: error })))
    server.listen(port, host, () => resolve())
  })
  return {
    port: portOf(server),
    serve: (next) => {
      application = next
    },
    close: () => {
      closing = true
      return closed(server)
    },
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    server.close(() => {
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function faultOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `PORT ${port} on ${host} is in use by another program: stop that, or set PORT`
    case 'EACCES':
      return `PORT ${port} may not be used by this user: set PORT to 1024 or more`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is not an address of this machine: set HOST, for instance to 0.0.0.0`
    default:
      return `the server cannot listen on ${host}:${port}: ${error.message}`
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function notYet(req: IncomingMessage, res: ServerResponse): void {
  const alive = req.url === '/healthz'
  res.writeHead(alive ? 200 : 503, { 'Content-Type': 'application/json', 'Retry-After': '2' })
  res.end(JSON.stringify({ status: alive ? 'ok' : 'starting' }))
}
