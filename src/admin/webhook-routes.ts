// Webhook endpoints and the attempts to reach them.
import { z } from 'zod'
import { createWebhookEndpoint } from '../actions/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from '../actions/delete-webhook-endpoint.ts'
import { listWebhookAttempts } from '../actions/list-webhook-attempts.ts'
import { listWebhookEndpoints } from '../actions/list-webhook-endpoints.ts'
import { retryWebhookAttempt } from '../actions/retry-webhook-attempt.ts'
import { id, iso, isoOrNull, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const endpoint = z.object({
  id,
  organizationId: id.nullable(),
  url: z.string(),
  events: z.array(z.string()),
  createdAt: time,
})

const organizationRef = z.string().min(1).max(63).optional()
const tag = 'Webhooks'

export const webhookRoutes: Route[] = [
  route(tag, 'post', '/webhook-endpoints', {
    need: 'admin',
    operationId: 'createWebhookEndpoint',
    summary: 'Tell an address of events; the signing secret is shown once',
    status: 201,
    body: z.strictObject({
      url: z.string().min(1).max(2048),
      events: z.array(z.string().max(100)).min(1).max(100),
      organizationId: organizationRef,
    }),
    answer: z.object({ ...endpoint.shape, secret: z.string() }),
    run: async ({ world, caller, body }) => {
      const made = await createWebhookEndpoint(world, caller, body)
      return { ...made, createdAt: iso(made.createdAt) }
    },
  }),
  route(tag, 'get', '/webhook-endpoints', {
    need: 'admin',
    operationId: 'listWebhookEndpoints',
    summary: 'List endpoints',
    query: paged({ organizationId: organizationRef }),
    answer: pageOf(endpoint),
    run: async ({ world, caller, query }) => {
      const { organizationId, ...page } = query
      const rows = await listWebhookEndpoints(world, caller, { organizationId }, pageRequest(page))
      return toPage(rows, query.limit, (row) => ({ ...row, createdAt: iso(row.createdAt) }))
    },
  }),
  route(tag, 'delete', '/webhook-endpoints/{endpointId}', {
    need: 'admin',
    operationId: 'deleteWebhookEndpoint',
    summary: 'End an endpoint',
    run: ({ world, caller, params }) => deleteWebhookEndpoint(world, caller, params.endpointId),
  }),
  route(tag, 'get', '/webhook-endpoints/{endpointId}/attempts', {
    need: 'admin',
    operationId: 'listWebhookAttempts',
    summary: 'The attempts to reach an endpoint, newest first',
    query: paged({}),
    answer: pageOf(
      z.object({
        id,
        endpointId: id,
        eventId: id,
        eventType: z.string(),
        at: time,
        outcome: z.enum(['delivered', 'failed']),
        responseStatus: z.number().int().nullable(),
        error: z.string().nullable(),
        nextAttemptAt: time.nullable(),
      }),
    ),
    run: async ({ world, caller, params, query }) =>
      toPage(
        await listWebhookAttempts(world, caller, params.endpointId, pageRequest(query)),
        query.limit,
        ({ at, nextAttemptAt, ...row }) => ({
          ...row,
          at: iso(at),
          nextAttemptAt: isoOrNull(nextAttemptAt),
        }),
      ),
  }),
  route(tag, 'post', '/webhook-endpoints/{endpointId}/attempts/{attemptId}/retry', {
    need: 'admin',
    operationId: 'retryWebhookAttempt',
    summary: 'Try again now',
    run: ({ world, caller, params }) =>
      retryWebhookAttempt(world, caller, params.endpointId, params.attemptId),
  }),
]
