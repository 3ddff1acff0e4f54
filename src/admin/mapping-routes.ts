// Role mappings: ordered rows from a group to a role and projects, previewed before they act.
import { z } from 'zod'
import { listMappings } from '../actions/list-mappings.ts'
import { previewMappings } from '../actions/preview-mappings.ts'
import { putMappings } from '../actions/put-mappings.ts'
import { id, line, roleName, slug } from './fields.ts'
import { type Route, route } from './route.ts'

const group = z.union([
  z.strictObject({ directoryId: id, groupId: id.optional(), displayName: line(512).optional() }),
  z.strictObject({ connectionId: id, value: line(512) }),
])

const row = z.strictObject({
  id: id.optional(),
  group,
  role: roleName,
  projects: z.array(slug).max(500).default([]),
  overridable: z.boolean().default(false),
})

const rows = z.array(row).max(500)

const shown = z.object({
  id,
  group: z.union([
    z.object({ directoryId: id, groupId: id.optional(), displayName: z.string().optional() }),
    z.object({ connectionId: id, value: z.string() }),
  ]),
  role: z.string(),
  projects: z.array(z.string()),
  overridable: z.boolean(),
})

const table = z.object({ items: z.array(shown), planHash: z.string(), nextCursor: z.null() })
const side = z.object({ role: z.string().nullable(), projects: z.array(z.string()) })

const tag = 'Role mappings'

export const mappingRoutes: Route[] = [
  route(tag, 'get', '/organizations/{org}/role-mappings', {
    need: 'admin',
    operationId: 'listMappings',
    summary: 'The rows in their order',
    answer: table,
    run: async ({ world, caller, params }) => ({
      ...(await listMappings(world, caller, params.org)),
      nextCursor: null,
    }),
  }),
  route(tag, 'post', '/organizations/{org}/role-mappings/preview', {
    need: 'admin',
    operationId: 'previewMappings',
    summary: 'Who would change, and how, if these rows stood',
    body: rows,
    answer: z.object({
      planHash: z.string(),
      changes: z.array(
        z.object({
          memberId: id,
          email: z.string().nullable(),
          from: side,
          to: side,
          because: z.string(),
        }),
      ),
      summary: z.record(z.string(), z.number()),
    }),
    run: ({ world, caller, params, body }) => previewMappings(world, caller, params.org, body),
  }),
  route(tag, 'put', '/organizations/{org}/role-mappings', {
    need: 'admin',
    operationId: 'putMappings',
    summary: 'Put the previewed rows in place',
    body: rows,
    requiresIfMatch: true,
    answer: table,
    run: async ({ world, caller, params, body, ifMatch }) => ({
      ...(await putMappings(world, caller, params.org, body, ifMatch ?? '')),
      nextCursor: null,
    }),
  }),
]
