// Invitations: made, carried, changed, and settled by the host product's word.
import { z } from 'zod'
import { acceptInvitation } from '../actions/accept-invitation.ts'
import { actorOf, type Caller, requireRoot } from '../actions/authorize.ts'
import { changeInvitation } from '../actions/change-invitation.ts'
import { declineInvitation } from '../actions/decline-invitation.ts'
import { deliverInvitation } from '../actions/deliver-invitation.ts'
import { extendInvitation } from '../actions/extend-invitation.ts'
import { getInvitation } from '../actions/get-invitation.ts'
import { getMember } from '../actions/get-member.ts'
import { invite } from '../actions/invite.ts'
import { listInvitations } from '../actions/list-invitations.ts'
import { revokeInvitation } from '../actions/revoke-invitation.ts'
import type { World } from '../actions/world.ts'
import { AppError } from '../kernel/errors.ts'
import { email, id, iso, moment, roleName, slug, text, time } from './fields.ts'
import { member, memberView } from './member-routes.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const shownStatus = z.enum([
  'pending',
  'accepted',
  'accepted_waiting',
  'declined',
  'expired',
  'revoked',
  'superseded',
  'satisfied',
])

const deliveryStatus = z.enum(['queued', 'sent', 'bounced', 'complained', 'deferred'])
const channel = z.enum(['email', 'link', 'slack'])

const invitation = z.object({
  id,
  organizationId: id,
  email: z.string(),
  role: z.string(),
  projects: z.array(z.string()),
  status: shownStatus,
  statusReason: z.string().nullable(),
  expiresAt: time,
  message: z.string().nullable(),
  language: z.string().nullable(),
  invitedBy: z.object({ type: z.enum(['member', 'key', 'directory', 'host']), id: id.nullable() }),
  deliveries: z.array(z.object({ id, channel, status: deliveryStatus, at: z.string() })),
  createdAt: time,
})

type Row = Awaited<ReturnType<typeof getInvitation>>
type Shown = z.input<typeof invitation>

function view(row: Row): Shown {
  return {
    ...row,
    status: row.status as Shown['status'],
    deliveries: row.deliveries as Shown['deliveries'],
    expiresAt: iso(row.expiresAt),
    createdAt: iso(row.createdAt),
  }
}

async function shown(world: World, caller: Caller, invitationId: string): Promise<Shown> {
  return view(await getInvitation(world, caller, invitationId))
}

const tag = 'Invitations'
const projects = z.array(slug).max(500).optional()

const making: Route[] = [
  route(tag, 'post', '/organizations/{org}/invitations', {
    need: 'admin',
    operationId: 'createInvitation',
    summary: 'Invite an address; it is mailed at once unless told otherwise',
    status: 201,
    body: z.strictObject({
      email,
      role: roleName,
      projects,
      expiresAt: moment.optional(),
      message: text(2000).nullable().optional(),
      language: z
        .string()
        .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
        .max(35)
        .nullable()
        .optional(),
      deliver: z.enum(['email', 'none']).optional(),
    }),
    answer: invitation,
    run: async ({ world, caller, params, body }) => {
      const { invitationId } = await invite(world, caller, params.org, {
        ...body,
        deliver: body.deliver ?? 'email',
      })
      return shown(world, caller, invitationId)
    },
  }),
  route(tag, 'get', '/organizations/{org}/invitations', {
    need: 'admin',
    operationId: 'listInvitations',
    summary: 'List invitations',
    query: paged({ status: shownStatus.optional() }),
    answer: pageOf(invitation),
    run: async ({ world, caller, params, query }) => {
      const { status, ...page } = query
      const rows = await listInvitations(world, caller, params.org, { status, ...pageRequest(page) })
      return toPage(rows, query.limit, view)
    },
  }),
  route(tag, 'get', '/invitations/{invitationId}', {
    need: 'admin',
    operationId: 'getInvitation',
    summary: 'Read an invitation',
    answer: invitation,
    run: ({ world, caller, params }) => shown(world, caller, params.invitationId),
  }),
  route(tag, 'patch', '/invitations/{invitationId}', {
    need: 'admin',
    operationId: 'changeInvitation',
    summary: 'Change role, projects, end or address; the link stays',
    body: z.strictObject({
      role: roleName.optional(),
      projects,
      expiresAt: moment.optional(),
      email: email.optional(),
    }),
    answer: invitation,
    run: async ({ world, caller, params, body }) => {
      await changeInvitation(world, caller, params.invitationId, body)
      return shown(world, caller, params.invitationId)
    },
  }),
]

const carrying: Route[] = [
  route(tag, 'post', '/invitations/{invitationId}/deliveries', {
    need: 'admin',
    operationId: 'deliverInvitation',
    summary: 'Carry the invitation once more; a link is shown once',
    status: 201,
    body: z.strictObject({ channel, replace: z.boolean().default(false) }),
    answer: z.object({
      id,
      channel,
      status: deliveryStatus,
      at: z.string(),
      url: z.string().optional(),
      code: z.string().optional(),
    }),
    run: async ({ world, caller, params, body }) => {
      if (body.channel === 'slack') {
        throw new AppError(
          'unprocessable',
          'channel_not_set_up',
          'Slack is not set up for this organization.',
        )
      }
      const { channel, replace } = body
      const made = await deliverInvitation(world, caller, params.invitationId, { channel, replace })
      const { deliveries } = await shown(world, caller, params.invitationId)
      const delivery = deliveries.find((one) => one.id === made.deliveryId)
      if (delivery === undefined) throw new Error('a delivery vanished')
      return {
        ...delivery,
        ...(made.url === undefined ? {} : { url: made.url }),
        ...(made.code === undefined ? {} : { code: made.code }),
      }
    },
  }),
  route(tag, 'post', '/invitations/{invitationId}/extension', {
    need: 'admin',
    operationId: 'extendInvitation',
    summary: 'Let it live 7, 14 or 30 days from now',
    body: z.strictObject({ days: z.union([z.literal(7), z.literal(14), z.literal(30)]) }),
    answer: invitation,
    run: async ({ world, caller, params, body }) => {
      await extendInvitation(world, caller, params.invitationId, body.days)
      return shown(world, caller, params.invitationId)
    },
  }),
  route(tag, 'put', '/invitations/{invitationId}/revocation', {
    need: 'admin',
    operationId: 'revokeInvitation',
    summary: 'Take it back; its links end with the next request',
    answer: invitation,
    run: async ({ world, caller, params }) => {
      await revokeInvitation(world, caller, params.invitationId)
      return shown(world, caller, params.invitationId)
    },
  }),
]

const settling: Route[] = [
  route(tag, 'post', '/invitations/{invitationId}/acceptance', {
    need: 'root',
    operationId: 'acceptInvitation',
    summary: 'Accept for an account that the host product has proven',
    body: z.strictObject({ accountId: id, addressWaived: z.boolean().optional() }),
    answer: z.object({ invitation, membership: member.nullable() }),
    run: async ({ world, caller, params, body }) => {
      requireRoot(caller)
      const { membershipId } = await acceptInvitation(world, {
        invitationId: params.invitationId,
        accountId: body.accountId,
        addressWaived: body.addressWaived,
        proof: 'host',
        actor: actorOf(caller),
      })
      return {
        invitation: await shown(world, caller, params.invitationId),
        membership: membershipId === null ? null : memberView(await getMember(world, caller, membershipId)),
      }
    },
  }),
  route(tag, 'put', '/invitations/{invitationId}/declination', {
    need: 'root',
    operationId: 'declineInvitation',
    summary: 'Decline for an account',
    body: z.strictObject({ accountId: id }),
    answer: invitation,
    run: async ({ world, caller, params, body }) => {
      requireRoot(caller)
      await declineInvitation(world, {
        invitationId: params.invitationId,
        accountId: body.accountId,
        actor: actorOf(caller),
      })
      return shown(world, caller, params.invitationId)
    },
  }),
]

export const invitationRoutes: Route[] = [...making, ...carrying, ...settling]
