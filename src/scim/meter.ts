// What Prometheus may know of this door: calls by method, resource and status, what came of pushes, and what was held up or lost.
import type { Request, RequestHandler } from 'express'
import { Counter, Histogram, type Registry } from 'prom-client'
import { lostDirectoryRequests } from '../actions/log-directory-request.ts'
import type { World } from '../actions/world.ts'
import type { Notes } from './notes.ts'
import type { Catalogue } from './schemas.ts'

export interface Meter {
  /** Counts and times each request of the door, whoever sends it. */
  readonly measure: RequestHandler
  /** Counts what became of people. */
  readonly outcomes: (notes: Notes) => void
  /** Counts a request that was held up. */
  readonly throttled: (by: 'directory' | 'network') => void
}

/** Every label has few values: clients may invent methods and addresses, and none of them is one. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const FIXED = [
  'ServiceProviderConfig',
  'ResourceTypes',
  'Schemas',
  'Me',
  'Bulk',
  '.search',
  'oauth',
  'event-streams',
]

/** The meter of the door, in the application's registry. */
export function createMeter(world: World, catalogue: Catalogue, registry: Registry): Meter {
  const requests = new Counter({
    name: 'gatehouse_scim_requests_total',
    help: 'SCIM requests by method, resource type and status.',
    labelNames: ['method', 'resource', 'status'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'gatehouse_scim_request_duration_seconds',
    help: 'Time from the arrival of a SCIM request to the end of its answer.',
    labelNames: ['method', 'resource'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  const outcomes = new Counter({
    name: 'gatehouse_scim_outcomes_total',
    help: 'What pushes of directories came to for the people they speak of, by the rule that decided.',
    labelNames: ['rule', 'outcome'],
    registers: [registry],
  })
  const throttled = new Counter({
    name: 'gatehouse_scim_throttled_total',
    help: 'SCIM requests answered 429, by what was counted.',
    labelNames: ['by'],
    registers: [registry],
  })
  new Counter({
    name: 'gatehouse_scim_request_log_lost_total',
    help: 'Requests that the log of their directory has lost.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(lostDirectoryRequests(world))
    },
  })
  const resourceOf = createResourceNames(catalogue)
  return {
    measure: (req, res, next) => {
      const labels = { method: METHODS.has(req.method) ? req.method : 'other', resource: resourceOf(req) }
      const stop = duration.startTimer(labels)
      res.once('close', () => {
        stop()
        // A client that went away before the answer was not answered, whatever stood ready.
        requests.inc({ ...labels, status: res.writableFinished ? res.statusCode : 'aborted' })
      })
      next()
    },
    outcomes: ({ told }) => {
      for (const { decision } of told.values())
        outcomes.inc({ rule: decision.rule, outcome: decision.outcome })
    },
    throttled: (by) => throttled.inc({ by }),
  }
}

/** The name of what an address is about, one of the catalogue's or of this door's own. */
function createResourceNames({ types }: Catalogue): (req: Request) => string {
  const names = new Map(FIXED.map((name) => [name.toLowerCase(), name]))
  for (const { endpoint, name } of types) names.set(endpoint.slice(1).toLowerCase(), name)
  return (req) => {
    const [, , , segment = ''] = req.path.split('/')
    return names.get(segment.toLowerCase()) ?? 'other'
  }
}
