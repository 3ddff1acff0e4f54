// One log line for each request, without anything of it that could be a secret.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HttpLogger, pinoHttp } from 'pino-http'
import type { Log } from '../kernel/log.ts'

const QUIET: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/** Logs method, path (never the query: links carry tokens there), status and duration; gives each request an id. */
export function requestLog(log: Log): HttpLogger {
  return pinoHttp({
    logger: log,
    genReqId: (_req, res) => {
      const id = randomUUID()
      res.setHeader('X-Request-Id', id)
      return id
    },
    autoLogging: { ignore: (req) => QUIET.has(pathOf(req)) },
    customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'error' : 'info'),
    serializers: {
      req: (req: { id: unknown; method: string; raw: IncomingMessage }) => ({
        id: req.id,
        method: req.method,
        path: pathOf(req.raw),
      }),
      res: (res: { raw: ServerResponse }) => ({ status: res.raw.statusCode }),
    },
  })
}

function pathOf(req: IncomingMessage): string {
  const url = (req as { originalUrl?: string }).originalUrl ?? req.url ?? ''
  return url.replace(/[?#].*$/s, '')
}
