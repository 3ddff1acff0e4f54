// What Prometheus may know: the process, and how long each door takes to answer.
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { doorOf } from './doors.ts'

export interface Metrics {
  registry: Registry
  /** Times each request under its door, method and status class. */
  measure: RequestHandler
}

/** The metrics of one application; `ofProcess` adds those of Node itself, once in a process. */
export function createMetrics(ofProcess: boolean): Metrics {
  const registry = new Registry()
  if (ofProcess) collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'gatehouse_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['door', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const measure = (req: Request, res: Response, next: NextFunction) => {
    const stop = duration.startTimer({ door: doorOf(req.path), method: methodOf(req) })
    res.once('close', () => stop({ status: `${Math.floor(res.statusCode / 100)}xx` }))
    next()
  }
  return { registry, measure }
}

// Clients may invent methods; a label has only known values.
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function methodOf(req: Request): string {
  return METHODS.has(req.method) ? req.method : 'other'
}
