// Single invitations and members as deeds look them up.
import type { AddressKey } from '../domain/address.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Membership } from '../domain/membership.ts'
import { type Reader, statement } from './database.ts'
import { invitationColumns, membershipColumns, speaks } from './person-facts.ts'

const byId = statement('invitation_by_id', `select ${invitationColumns} from invitations i where i.id = $1`)

export async function readInvitation(reader: Reader, id: string): Promise<Invitation | null> {
  return (await reader.rows<Invitation>(byId, [id]))[0] ?? null
}

const consentOf = statement(
  'invitation_consent',
  'select account_id "accountId" from consents where invitation_id = $1 and ended_at is null',
)

/** Who said yes to the invitation; null where nobody did. */
export async function readConsent(reader: Reader, invitationId: string): Promise<string | null> {
  return (await reader.rows<{ accountId: string }>(consentOf, [invitationId]))[0]?.accountId ?? null
}

const memberById = statement(
  'membership_by_id',
  `select ${membershipColumns} from memberships m where m.id = $1`,
)

export async function readMembership(reader: Reader, id: string): Promise<Membership | null> {
  return (await reader.rows<Membership>(memberById, [id]))[0] ?? null
}

/** What the organization knows of an address before it invites it; members are named by the keys it may know them by. */
export interface AddressState {
  member: { id: string; status: string; statusReason: string | null } | null
  /** Whether an unfrozen record bears the address and is inactive, and none that bears it is active. */
  recordInactive: boolean
  blocked: boolean
  invitations: Invitation[]
}

const addressState = statement(
  'address_state',
  `select
    (select json_build_object('id', m.id, 'status', m.status, 'statusReason', m.status_reason) from memberships m where m.organization_id = $1 and m.status <> 'removed'
      and m.id in (select k.membership_id from membership_keys k where k.organization_id = $1 and k.key = $2
        union select h.id from memberships h join account_addresses a on a.account_id = h.account_id where $3 and h.organization_id = $1 and a.key = $2 and a.verified_at is not null)
      order by m.status limit 1) member,
    exists (select 1 from directory_users r where r.organization_id = $1 and r.email_key = $2 and not r.active and r.frozen_at is null and ${speaks('r')})
      and not exists (select 1 from directory_users r where r.organization_id = $1 and r.email_key = $2 and r.active and ${speaks('r')}) "recordInactive",
    exists (select 1 from blocks b where b.organization_id = $1 and b.key = $2) blocked`,
)
const byKey = statement(
  'invitations_by_key',
  `select ${invitationColumns} from invitations i where i.organization_id = $1 and i.key = $2 order by i.id`,
)

/** `proven` tells whether the address lies in a domain proven by the organization, which then may know every verified holder. */
export async function readAddressState(
  reader: Reader,
  organizationId: string,
  key: AddressKey,
  proven: boolean,
): Promise<AddressState> {
  const [row] = await reader.rows<Omit<AddressState, 'invitations'>>(addressState, [
    organizationId,
    key,
    proven,
  ])
  const invitations = await reader.rows<Invitation>(byKey, [organizationId, key])
  return {
    member: row?.member ?? null,
    recordInactive: row?.recordInactive ?? false,
    blocked: row?.blocked ?? false,
    invitations,
  }
}

const projectIds = statement('projects_by_slug', 'select id, slug from projects where organization_id = $1')

/** Every project of the organization by its slug. */
export async function readProjectIds(reader: Reader, organizationId: string): Promise<Map<string, string>> {
  const rows = await reader.rows<{ id: string; slug: string }>(projectIds, [organizationId])
  return new Map(rows.map((r) => [r.slug, r.id]))
}
