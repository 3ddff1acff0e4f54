// Event streams of a directory: receivers that are told by security event tokens what happens to its resources (RFC 9967).
import { z } from 'zod'
import { createEventStream } from '../actions/create-event-stream.ts'
import { deleteEventStream } from '../actions/delete-event-stream.ts'
import { getEventStream, listEventStreams } from '../actions/list-event-streams.ts'
import type { ShownStream, ShownStreamWithBacklog } from '../actions/manage-event-stream.ts'
import { updateEventStream } from '../actions/update-event-stream.ts'
import { id, iso, isoOrNull, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const status = z.enum(['enabled', 'paused', 'disabled'])
const content = z.enum(['notice', 'full'])

const fields = {
  id,
  directoryId: id,
  delivery: z.discriminatedUnion('method', [
    z.object({
      method: z.literal('push'),
      url: z.string(),
      authorization: z
        .boolean()
        .describe('Whether an Authorization header is sent; it is never shown again.'),
    }),
    z.object({ method: z.literal('poll'), pollUrl: z.string() }),
  ]),
  content,
  events: z.array(z.string()),
  groupId: id.nullable(),
  status,
  statusReason: z.string().nullable(),
  lastError: z.string().nullable().describe('Why the last push was not taken.'),
  issuer: z.string(),
  audience: z.string(),
  jwksUrl: z.string(),
  createdAt: time,
}

const stream = z.object(fields)
const streamWithBacklog = z.object({
  ...fields,
  waiting: z.number().int().describe('How many events wait, counted up to 10 000.'),
  refused: z.number().int().describe('How many the receiver refused in the last seven days.'),
  oldestWaitingAt: time.nullable(),
})

function view({ createdAt, ...shown }: ShownStream): z.input<typeof stream> {
  return { ...shown, createdAt: iso(createdAt) }
}

function viewWithBacklog(shown: ShownStreamWithBacklog): z.input<typeof streamWithBacklog> {
  const { waiting, refused, oldest, ...rest } = shown
  return { ...view(rest), waiting, refused, oldestWaitingAt: isoOrNull(oldest) }
}

// A header's value, without what would end it (RFC 9110 §5.5).
const authorizationHeader = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/, 'must be one line of visible ASCII characters')

const tag = 'Event streams'

export const eventStreamRoutes: Route[] = [
  route(tag, 'post', '/directories/{directoryId}/event-streams', {
    need: 'admin',
    operationId: 'createEventStream',
    summary: "Tell a receiver of a directory's changes; the token of a polling receiver is shown once",
    status: 201,
    body: z.strictObject({
      delivery: z.discriminatedUnion('method', [
        z.strictObject({
          method: z.literal('push'),
          url: z.string().min(1).max(2048),
          authorizationHeader: authorizationHeader.optional(),
        }),
        z.strictObject({ method: z.literal('poll') }),
      ]),
      content: content.default('notice'),
      events: z.array(z.string().max(100)).min(1).max(20).optional(),
      groupId: id.optional(),
    }),
    answer: z.object({ ...fields, token: z.string().optional() }),
    run: async ({ world, caller, params, body }) => {
      const { token, ...made } = await createEventStream(world, caller, params.directoryId, body)
      return { ...view(made), ...(token === undefined ? {} : { token }) }
    },
  }),
  route(tag, 'get', '/directories/{directoryId}/event-streams', {
    need: 'admin',
    operationId: 'listEventStreams',
    summary: 'List event streams with what waits in them',
    query: paged({}),
    answer: pageOf(streamWithBacklog),
    run: async ({ world, caller, params, query }) =>
      toPage(
        await listEventStreams(world, caller, params.directoryId, pageRequest(query)),
        query.limit,
        viewWithBacklog,
      ),
  }),
  route(tag, 'get', '/directories/{directoryId}/event-streams/{streamId}', {
    need: 'admin',
    operationId: 'getEventStream',
    summary: 'Read an event stream with what waits in it',
    answer: streamWithBacklog,
    run: async ({ world, caller, params }) =>
      viewWithBacklog(await getEventStream(world, caller, params.directoryId, params.streamId)),
  }),
  route(tag, 'patch', '/directories/{directoryId}/event-streams/{streamId}', {
    need: 'admin',
    operationId: 'updateEventStream',
    summary: 'Pause a stream (what comes is kept), disable it (nothing is kept), or enable it again',
    body: z.strictObject({ status }),
    answer: stream,
    run: async ({ world, caller, params, body }) =>
      view(await updateEventStream(world, caller, params.directoryId, params.streamId, body)),
  }),
  route(tag, 'delete', '/directories/{directoryId}/event-streams/{streamId}', {
    need: 'admin',
    operationId: 'deleteEventStream',
    summary: 'End an event stream; what waits in it is dropped',
    run: async ({ world, caller, params }) => {
      await deleteEventStream(world, caller, params.directoryId, params.streamId)
    },
  }),
]
