// The keys by which an organization's programs call the API.
import { z } from 'zod'
import { adoptApiKey } from '../actions/adopt-api-key.ts'
import { createApiKey } from '../actions/create-api-key.ts'
import { deleteApiKey } from '../actions/delete-api-key.ts'
import { listApiKeys } from '../actions/list-api-keys.ts'
import { id, iso, isoOrNull, line, roleName, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const apiKey = z.object({
  id,
  name: z.string(),
  role: z.string(),
  hint: z.string().describe('The last characters of the key.'),
  stopped: z
    .boolean()
    .describe('Its maker’s membership ended or was suspended: an administrator must adopt it.'),
  createdAt: time,
  lastUsedAt: time.nullable(),
})

type Key = Awaited<ReturnType<typeof adoptApiKey>>

function view(row: Key): z.input<typeof apiKey> {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    hint: row.hint,
    stopped: row.stoppedAt !== null || (row.makerAccountId !== null && row.makerRole === null),
    createdAt: iso(row.createdAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
  }
}

const tag = 'Keys'

export const keyRoutes: Route[] = [
  route(tag, 'post', '/organizations/{org}/api-keys', {
    need: 'admin',
    operationId: 'createApiKey',
    summary: 'Make a key; it is shown once',
    status: 201,
    body: z.strictObject({ name: line(200), role: roleName }),
    answer: z.object({ ...apiKey.shape, key: z.string() }),
    run: async ({ world, caller, params, body }) => {
      const made = await createApiKey(world, caller, params.org, body)
      return { ...made, stopped: false, createdAt: iso(made.createdAt), lastUsedAt: null }
    },
  }),
  route(tag, 'get', '/organizations/{org}/api-keys', {
    need: 'admin',
    operationId: 'listApiKeys',
    summary: 'List keys',
    query: paged({}),
    answer: pageOf(apiKey),
    run: async ({ world, caller, params, query }) =>
      toPage(await listApiKeys(world, caller, params.org, pageRequest(query)), query.limit, view),
  }),
  route(tag, 'delete', '/api-keys/{keyId}', {
    need: 'admin',
    operationId: 'deleteApiKey',
    summary: 'End a key',
    run: ({ world, caller, params }) => deleteApiKey(world, caller, params.keyId),
  }),
  route(tag, 'put', '/api-keys/{keyId}/adoption', {
    need: 'admin',
    operationId: 'adoptApiKey',
    summary: 'Take over a key, whose maker may be gone',
    answer: apiKey,
    run: async ({ world, caller, params }) => view(await adoptApiKey(world, caller, params.keyId)),
  }),
]
