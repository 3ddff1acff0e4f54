// What happened and what waits: the audit trail, and decisions that wait for a person.
import { z } from 'zod'
import { decideApproval } from '../actions/decide-approval.ts'
import { listEvents } from '../actions/list-events.ts'
import { listApprovals, listConflicts } from '../actions/list-questions.ts'
import { resolveConflict } from '../actions/resolve-conflict.ts'
import { id, iso, isoOrNull, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const event = z.object({
  id,
  type: z.string(),
  at: time,
  actor: z.object({ type: z.string(), id: z.string().nullable() }),
  subject: z.object({ type: z.string(), id: id.nullable(), email: z.string().nullable() }).nullable(),
  decision: z
    .object({
      rule: z.string().nullable(),
      outcome: z.string().nullable(),
      reason: z.string().nullable(),
      nextActor: z.string().nullable(),
      before: z.unknown(),
      after: z.unknown(),
    })
    .nullable(),
  data: z.unknown(),
})

const state = z.enum(['open', 'resolved'])

const conflict = z.object({
  id,
  kind: z.string(),
  state,
  email: z.string().nullable(),
  accountId: id.nullable(),
  connectionId: id.nullable(),
  directoryUserId: id.nullable(),
  memberId: id.nullable(),
  directoryId: id.nullable(),
  heldMembers: z.number().int().nullable(),
  choices: z.array(z.string()),
  detail: z.string(),
  resolution: z.unknown(),
  createdAt: time,
  resolvedAt: time.nullable(),
})

type ConflictRow = Awaited<ReturnType<typeof listConflicts>>[number]

function conflictView(row: ConflictRow): z.input<typeof conflict> {
  const { id, kind, state, accountId, connectionId, directoryUserId, directoryId, heldMembers } = row
  const { choices, detail, resolution } = row
  return {
    id,
    kind,
    state,
    email: row.key,
    accountId,
    connectionId,
    directoryUserId,
    memberId: row.membershipId,
    directoryId,
    heldMembers,
    choices,
    detail,
    resolution,
    createdAt: iso(row.createdAt),
    resolvedAt: isoOrNull(row.resolvedAt),
  }
}

const approvalState = z.enum(['open', 'approved', 'declined'])

const approval = z.object({
  id,
  kind: z.enum(['role', 'seat', 'address']),
  state: approvalState,
  invitationId: id.nullable(),
  accountId: id.nullable(),
  email: z.string().nullable(),
  role: z.string().nullable(),
  createdAt: time,
  decidedAt: time.nullable(),
})

const questions: Route[] = [
  route('Decisions', 'get', '/organizations/{org}/conflicts', {
    need: 'admin',
    operationId: 'listConflicts',
    summary: 'Conflicts of identity, each with its choices',
    query: paged({ state: state.optional() }),
    answer: pageOf(conflict),
    run: async ({ world, caller, params, query }) => {
      const { state, ...page } = query
      const rows = await listConflicts(world, caller, params.org, { state, ...pageRequest(page) })
      return toPage(rows, query.limit, conflictView)
    },
  }),
  route('Decisions', 'post', '/conflicts/{conflictId}/resolution', {
    need: 'admin',
    operationId: 'resolveConflict',
    summary: 'Answer a conflict by one of its choices',
    body: z.strictObject({ choice: z.string().min(1).max(60) }),
    answer: z.object({ id, choice: z.string() }),
    run: async ({ world, caller, params, body }) => {
      await resolveConflict(world, caller, params.conflictId, body.choice)
      return { id: params.conflictId, choice: body.choice }
    },
  }),
  route('Decisions', 'get', '/organizations/{org}/approvals', {
    need: 'admin',
    operationId: 'listApprovals',
    summary: 'Roles and seats that wait for an administrator',
    query: paged({ state: approvalState.optional() }),
    answer: pageOf(approval),
    run: async ({ world, caller, params, query }) => {
      const { state, ...page } = query
      const rows = await listApprovals(world, caller, params.org, { state, ...pageRequest(page) })
      return toPage(rows, query.limit, ({ organizationId: _organization, createdAt, decidedAt, ...row }) => ({
        ...row,
        createdAt: iso(createdAt),
        decidedAt: isoOrNull(decidedAt),
      }))
    },
  }),
  route('Decisions', 'post', '/approvals/{approvalId}/decision', {
    need: 'admin',
    operationId: 'decideApproval',
    summary: 'Confirm or decline a role whose inviter may no longer give it',
    body: z.strictObject({ approve: z.boolean() }),
    answer: z.object({ id, approve: z.boolean() }),
    run: async ({ world, caller, params, body }) => {
      await decideApproval(world, caller, params.approvalId, body.approve)
      return { id: params.approvalId, approve: body.approve }
    },
  }),
]

const readings: Route[] = [
  route('Audit', 'get', '/organizations/{org}/events', {
    need: 'admin',
    operationId: 'listEvents',
    summary: 'The audit trail, newest first',
    query: paged({ type: z.string().max(100).optional(), subject: z.string().max(320).optional() }),
    answer: pageOf(event),
    run: async ({ world, caller, params, query }) => {
      const { type, subject, ...page } = query
      const rows = await listEvents(world, caller, params.org, { type, subject, ...pageRequest(page) })
      return toPage(rows, query.limit, (row) => row)
    },
  }),
]

export const insightRoutes: Route[] = [...questions, ...readings]
