// Announcing: gives a deed what it needs to tell the streams of its directory, where there are any.
import { newId } from '../kernel/ids.ts'
import type { Answer, Exchange } from './exchange.ts'
import type { Handlers } from './handlers.ts'
import { versionTag } from './resource.ts'
import type { ResourceType } from './schemas.ts'

const CAUSES: Readonly<Record<string, 'create' | 'put' | 'patch' | 'delete'>> = {
  POST: 'create',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** The exchange with an announcer, or as it is where nobody listens. */
export function announcing(
  exchange: Exchange,
  method: string,
  type: ResourceType,
  handlers: Handlers,
): Exchange {
  const { directory, promise, step } = exchange
  const cause = CAUSES[method]
  const { show } = handlers
  if (cause === undefined || show === undefined) return exchange
  if (!directory.announces && promise === undefined) return exchange
  const txn = exchange.txn ?? newId()
  const announcer = {
    // RFC 9967 §2.5.1.2: the operations of a bulk request are told apart by their places in it.
    txn: step === undefined ? txn : `${txn}:${step}`,
    cause,
    endpoint: type.endpoint,
    show: (resource: Parameters<typeof show>[2]) => show(exchange, type, resource),
    tagOf: versionTag,
    promised: promise
      ? { requestId: promise.requestId, attempt: promise.attempt, step: stepName(exchange, method) }
      : null,
  }
  return { ...exchange, directory: { ...directory, announcer } }
}

/** The answer of an operation that an earlier attempt at the same promised request has done; null where it is still to be done. */
export function answeredBefore(exchange: Exchange, method: string): Answer | null {
  const { base, promise } = exchange
  const done = promise?.progress[stepName(exchange, method)]
  if (done === undefined) return null
  const headers: Record<string, string> = done.version === null ? {} : { ETag: done.version }
  if (method === 'DELETE') return { status: 204, body: null, headers }
  const location = `${base}${done.uri}`
  if (method !== 'POST')
    return { status: 200, body: null, headers: { ...headers, 'Content-Location': location } }
  const id = done.uri.slice(done.uri.lastIndexOf('/') + 1)
  return { status: 201, body: { id }, headers: { ...headers, Location: location } }
}

/** Two methods at one place of a bulk request are a creation and what completes it later. */
function stepName({ step = '0' }: Exchange, method: string): string {
  return `${step} ${method}`
}
