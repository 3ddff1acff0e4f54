// Organizations, their policies, roles and projects.
import { z } from 'zod'
import type { OrganizationRow } from '../actions/authorize.ts'
import { createOrganization } from '../actions/create-organization.ts'
import { createProject } from '../actions/create-project.ts'
import { deleteOrganization } from '../actions/delete-organization.ts'
import { getOrganization } from '../actions/get-organization.ts'
import { listOrganizations } from '../actions/list-organizations.ts'
import { listProjects } from '../actions/list-projects.ts'
import { lockoutReport } from '../actions/lockout-report.ts'
import { updateOrganization } from '../actions/update-organization.ts'
import { email, id, iso, line, roleName, slug, time, webAddress } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const count = z.number().int().min(0).max(1_000_000)

const brake = z.strictObject({
  members: count,
  percent: z.number().min(0).max(100),
  atLeast: count,
  minutes: z.number().int().min(1).max(1440),
})

const policyFields = {
  jitProvisioning: z.boolean(),
  jitRole: roleName,
  directoryRole: roleName,
  ssoRequired: z.boolean(),
  breakGlassAccountIds: z.array(id).max(20),
  guests: z.enum(['allowed', 'refused']),
  roleAuthority: z.enum(['order', 'highest']),
  seats: z.number().int().min(0).max(1_000_000).nullable(),
  seatPolicy: z.enum(['wait', 'refuse']),
  exclusiveAccounts: z.boolean(),
  returnUrls: z.array(webAddress).max(50),
  invitationTtlDays: z.number().int().min(1).max(365),
  deprovisionBrake: brake,
}

const policies = z.object(policyFields)
const policyPatch = z.strictObject({ ...policyFields, deprovisionBrake: brake.partial() }).partial()

const organization = z.object({ id, name: z.string(), slug: z.string(), policies, createdAt: time })

const project = z.object({ id, slug: z.string(), name: z.string(), createdAt: time })

function view(row: OrganizationRow): z.input<typeof organization> {
  const { id, name, slug, policies, createdAt } = row
  return { id, name, slug, policies, createdAt: iso(createdAt) }
}

const tag = 'Organizations'

export const organizationRoutes: Route[] = [
  route(tag, 'post', '/organizations', {
    need: 'root',
    operationId: 'createOrganization',
    summary: 'Make an organization, with its first owner where one is named',
    status: 201,
    body: z.strictObject({
      name: line(200),
      slug,
      owner: z.union([z.strictObject({ accountId: id }), z.strictObject({ email })]).optional(),
    }),
    answer: organization,
    run: async ({ world, caller, body }) => view(await createOrganization(world, caller, body)),
  }),
  route(tag, 'get', '/organizations', {
    need: 'root',
    operationId: 'listOrganizations',
    summary: 'List organizations',
    query: paged({}),
    answer: pageOf(organization),
    run: async ({ world, caller, query }) =>
      toPage(await listOrganizations(world, caller, pageRequest(query)), query.limit, view),
  }),
  route(tag, 'get', '/organizations/{org}', {
    need: 'admin',
    operationId: 'getOrganization',
    summary: 'Read an organization with its policies',
    answer: organization,
    run: async ({ world, caller, params }) => view(await getOrganization(world, caller, params.org)),
  }),
  route(tag, 'patch', '/organizations/{org}', {
    need: 'admin',
    operationId: 'updateOrganization',
    summary: 'Change name, slug or policies; single fields of the policies are merged',
    body: z.strictObject({
      name: line(200).optional(),
      slug: slug.optional(),
      policies: policyPatch.optional(),
      force: z.boolean().optional(),
    }),
    answer: organization,
    run: async ({ world, caller, params, body }) =>
      view(await updateOrganization(world, caller, params.org, body)),
  }),
  route(tag, 'delete', '/organizations/{org}', {
    need: 'owner',
    operationId: 'deleteOrganization',
    summary: 'Delete an organization with all that is in it',
    run: ({ world, caller, params }) => deleteOrganization(world, caller, params.org),
  }),
  route(tag, 'get', '/organizations/{org}/lockout-report', {
    need: 'admin',
    operationId: 'lockoutReport',
    summary: 'Who would be locked out if single sign-on were required',
    answer: z.object({
      lockedOut: z.array(z.object({ memberId: id, email: z.string().nullable(), owner: z.boolean() })),
      warnings: z.array(z.string()),
    }),
    run: ({ world, caller, params }) => lockoutReport(world, caller, params.org),
  }),
  route('Roles and projects', 'get', '/roles', {
    need: 'session',
    operationId: 'listRoles',
    summary: 'The roles, highest rank first',
    answer: z.object({
      items: z.array(
        z.object({
          name: z.string(),
          rank: z.number().int(),
          invitable: z.boolean(),
          mappable: z.boolean(),
        }),
      ),
      nextCursor: z.null(),
    }),
    run: async ({ world }) => ({ items: world.roles.map((role) => ({ ...role })), nextCursor: null }),
  }),
  route('Roles and projects', 'post', '/organizations/{org}/projects', {
    need: 'admin',
    operationId: 'createProject',
    summary: 'Add a project',
    status: 201,
    body: z.strictObject({ slug, name: line(200) }),
    answer: project,
    run: async ({ world, caller, params, body }) => {
      const { id, slug, name, createdAt } = await createProject(world, caller, params.org, body)
      return { id, slug, name, createdAt: iso(createdAt) }
    },
  }),
  route('Roles and projects', 'get', '/organizations/{org}/projects', {
    need: 'admin',
    operationId: 'listProjects',
    summary: 'List projects',
    query: paged({}),
    answer: pageOf(project),
    run: async ({ world, caller, params, query }) =>
      toPage(await listProjects(world, caller, params.org, pageRequest(query)), query.limit, (row) => ({
        id: row.id,
        slug: row.slug,
        name: row.name,
        createdAt: iso(row.createdAt),
      })),
  }),
]
