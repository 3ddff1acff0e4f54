// The log of a directory's requests: what its identity provider asked, what we answered, and what to do about it.
import { z } from 'zod'
import { listDirectoryRequests } from '../actions/list-directories.ts'
import { id, iso, time } from './fields.ts'
import { cursorId, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const finding = z.object({
  level: z
    .enum(['error', 'warning', 'note'])
    .describe('error: refused; warning: taken, but not as it was meant; note: done, and something waits.'),
  code: z.string().describe('A scimType, an error code, or our word for what was passed over or came of it.'),
  message: z.string(),
  advice: z.string().describe('What it means at this identity provider, and what to change there or here.'),
})

const line = z.object({
  id,
  at: time,
  method: z.string(),
  path: z.string().describe('With its query, secrets taken out.'),
  status: z.number().int(),
  requestBody: z.string().nullable().describe('The first 16 384 characters, secrets taken out.'),
  responseBody: z.string().nullable().describe('The first 16 384 characters.'),
  durationMs: z.number().int(),
  userAgent: z.string().nullable(),
  credential: z.string().nullable().describe('The label of the token or OAuth client that was used.'),
  findings: z.array(finding),
  lostBefore: z
    .number()
    .int()
    .describe('How many requests before this one came faster than they could be logged and are missing.'),
})

const status = z
  .string()
  .regex(/^(?:ok|error|notable|[1-5]\d\d)$/, 'must be ok, error, notable or a status such as 409')
  .describe('error: 400 and above; ok: below; notable: errors and whatever has a warning; or one status.')

/** The bounds of statuses, and whether only notable lines are meant. */
function statuses(asked: string | undefined): { from: number; to: number; notable: boolean } {
  if (asked === 'ok') return { from: 0, to: 399, notable: false }
  // What was refused stands among the notable lines, of which more are kept.
  if (asked === 'error') return { from: 400, to: 999, notable: true }
  if (asked === undefined || asked === 'notable') return { from: 0, to: 999, notable: asked === 'notable' }
  return { from: Number(asked), to: Number(asked), notable: false }
}

export const directoryRequestRoutes: Route[] = [
  route('Directories', 'get', '/directories/{directoryId}/requests', {
    need: 'admin',
    operationId: 'listDirectoryRequests',
    summary: 'The last requests of a directory with our answers and what to do about them, newest first',
    query: paged({
      status: status.optional(),
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
      q: z.string().min(1).max(200).optional().describe('A text in the address, a body or a finding.'),
    }),
    answer: pageOf(line),
    run: async ({ world, caller, params, query }) => {
      const rows = await listDirectoryRequests(world, caller, params.directoryId, {
        before: cursorId(query.cursor),
        limit: query.limit + 1,
        method: query.method ?? null,
        text: query.q ?? null,
        ...statuses(query.status),
      })
      return toPage(rows, query.limit, ({ directoryId: _directory, at, ...row }) => ({ ...row, at: iso(at) }))
    },
  }),
]
