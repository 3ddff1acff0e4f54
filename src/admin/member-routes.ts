// Members: who belongs to an organization, with which role and projects, and why.
import { z } from 'zod'
import { addMember } from '../actions/add-member.ts'
import { changeMember } from '../actions/change-member.ts'
import { getMember } from '../actions/get-member.ts'
import { listMembers } from '../actions/list-members.ts'
import { removeMember } from '../actions/remove-member.ts'
import { restoreMember } from '../actions/restore-member.ts'
import { suspendMember } from '../actions/suspend-member.ts'
import { id, iso, roleName, slug, time } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const memberStatus = z.enum(['active', 'suspended', 'waiting'])

export const member = z.object({
  id,
  organizationId: id,
  email: z.string().nullable().describe('The address by which this organization knows the person.'),
  account: z.object({ id, email: z.string().nullable(), name: z.string().nullable() }),
  role: z.string().nullable(),
  projects: z.array(z.string()),
  status: memberStatus,
  statusReason: z.string().nullable(),
  grants: z.array(
    z.object({
      role: z.string().optional(),
      project: z.string().optional(),
      origin: z.object({ type: z.string(), ref: z.string().nullable() }),
      because: z.string(),
    }),
  ),
  createdAt: time,
})

type Row = Awaited<ReturnType<typeof getMember>>

export function memberView(row: Row): z.input<typeof member> {
  return {
    id: row.id,
    organizationId: row.organizationId,
    email: row.email,
    account: { id: row.accountId, email: row.email, name: row.name },
    role: row.role,
    projects: row.projects,
    status: row.status,
    statusReason: row.statusReason,
    grants: row.grants.map(({ role, project, origin, because }) => ({
      ...(role === null ? {} : { role }),
      ...(project === null ? {} : { project }),
      origin,
      because,
    })),
    createdAt: iso(row.createdAt),
  }
}

const tag = 'Members'

export const memberRoutes: Route[] = [
  route(tag, 'get', '/organizations/{org}/members', {
    need: 'admin',
    operationId: 'listMembers',
    summary: 'List members; q looks into address and name',
    query: paged({
      q: z.string().max(200).optional(),
      role: roleName.optional(),
      status: memberStatus.optional(),
    }),
    answer: pageOf(member),
    run: async ({ world, caller, params, query }) => {
      const { q, role, status, ...page } = query
      const rows = await listMembers(world, caller, params.org, { q, role, status, ...pageRequest(page) })
      return toPage(rows, query.limit, memberView)
    },
  }),
  route(tag, 'post', '/organizations/{org}/members', {
    need: 'root',
    operationId: 'addMember',
    summary: 'Add an account as a member without an invitation',
    status: 201,
    body: z.strictObject({ accountId: id, role: roleName }),
    answer: member,
    run: async ({ world, caller, params, body }) => {
      const { membershipId } = await addMember(world, caller, params.org, body)
      return memberView(await getMember(world, caller, membershipId))
    },
  }),
  route(tag, 'get', '/members/{memberId}', {
    need: 'member',
    operationId: 'getMember',
    summary: 'Read a member',
    answer: member,
    run: async ({ world, caller, params }) => memberView(await getMember(world, caller, params.memberId)),
  }),
  route(tag, 'patch', '/members/{memberId}', {
    need: 'admin',
    operationId: 'changeMember',
    summary: 'Change role or projects by hand',
    body: z.strictObject({ role: roleName.optional(), projects: z.array(slug).max(500).optional() }),
    answer: member,
    run: async ({ world, caller, params, body }) => {
      await changeMember(world, caller, params.memberId, body)
      return memberView(await getMember(world, caller, params.memberId))
    },
  }),
  route(tag, 'put', '/members/{memberId}/suspension', {
    need: 'admin',
    operationId: 'suspendMember',
    summary: 'Suspend a member: sessions and sign-ins end, grants are kept',
    answer: member,
    run: async ({ world, caller, params }) => {
      await suspendMember(world, caller, params.memberId)
      return memberView(await getMember(world, caller, params.memberId))
    },
  }),
  route(tag, 'delete', '/members/{memberId}/suspension', {
    need: 'admin',
    operationId: 'restoreMember',
    summary: 'Lift an administrator’s suspension',
    answer: member,
    run: async ({ world, caller, params }) => {
      await restoreMember(world, caller, params.memberId)
      return memberView(await getMember(world, caller, params.memberId))
    },
  }),
  route(tag, 'delete', '/members/{memberId}', {
    need: 'member',
    operationId: 'removeMember',
    summary:
      'Remove a member, or leave; a directory’s member only with directory=hold, which keeps the door closed here',
    query: z.strictObject({ directory: z.literal('hold').optional(), transferTo: id.optional() }),
    run: async ({ world, caller, params, query }) => {
      await removeMember(world, caller, params.memberId, {
        hold: query.directory === 'hold',
        ...(query.transferTo === undefined ? {} : { transferTo: query.transferTo }),
      })
    },
  }),
]
