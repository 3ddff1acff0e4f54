// What the invitee's page reads: the invitation behind a link, a typed code or a session, with the names it shows.
import type { AddressKey } from '../domain/address.ts'
import type { InvitationStatus } from '../domain/invitation.ts'
import type { Policies } from '../domain/organization.ts'
import { type Reader, statement } from './database.ts'

export interface InvitationCardRow {
  invitationId: string
  deliveryId: string | null
  replacedAt: Date | null
  codeHash: string | null
  organizationId: string
  organizationName: string
  policies: Policies
  email: string
  key: AddressKey
  role: string
  projects: string[]
  message: string | null
  language: string | null
  invitedByType: 'member' | 'key' | 'directory' | 'host'
  inviterName: string | null
  status: InvitationStatus
  statusReason: string | null
  accountId: string | null
  settledAt: Date | null
  expiresAt: Date
  createdAt: Date
  newerAt: Date | null
}

const CARD = `i.id as "invitationId", i.organization_id as "organizationId", o.name as "organizationName",
     o.policies, i.email, i.key, i.role, i.message, i.language, i.invited_by_type as "invitedByType",
     coalesce(im.display_name, ia.name, im.email) as "inviterName", i.status, i.status_reason as "statusReason",
     i.account_id as "accountId", i.settled_at as "settledAt", i.expires_at as "expiresAt",
     i.created_at as "createdAt", newer.created_at as "newerAt",
     array(select p.name from projects p where p.id = any(i.project_ids) order by p.name) as projects
   from invitations i join organizations o on o.id = i.organization_id
   left join memberships im on im.id = i.invited_by_id and i.invited_by_type = 'member'
   left join accounts ia on ia.id = im.account_id
   left join invitations newer on newer.id = i.superseded_by`
const DELIVERED = 'd.id as "deliveryId", d.replaced_at as "replacedAt", d.code_hash as "codeHash"'

const BY_TOKEN = statement(
  'invitation_card_by_token',
  `select ${DELIVERED}, ${CARD} join deliveries d on d.invitation_id = i.id
   where d.token_hash = $1 and i.id = $2`,
)

export async function findCardByToken(
  read: Reader,
  tokenHash: Buffer,
  invitationId: string,
): Promise<InvitationCardRow | null> {
  return (await read.rows<InvitationCardRow>(BY_TOKEN, [tokenHash, invitationId]))[0] ?? null
}

const BY_DELIVERY = statement(
  'invitation_card_by_delivery',
  `select ${DELIVERED}, ${CARD} join deliveries d on d.invitation_id = i.id where d.id = $1 and i.id = $2`,
)

export async function findCardByDelivery(
  read: Reader,
  deliveryId: string,
  invitationId: string,
): Promise<InvitationCardRow | null> {
  return (await read.rows<InvitationCardRow>(BY_DELIVERY, [deliveryId, invitationId]))[0] ?? null
}

const BY_ID = statement(
  'invitation_card_by_id',
  `select null::uuid as "deliveryId", null::timestamptz as "replacedAt", null as "codeHash", ${CARD}
   where i.id = $1`,
)

export async function findCardById(read: Reader, invitationId: string): Promise<InvitationCardRow | null> {
  return (await read.rows<InvitationCardRow>(BY_ID, [invitationId]))[0] ?? null
}

const BY_KEY = statement(
  'invitation_cards_by_key',
  `select ${DELIVERED}, ${CARD} join deliveries d on d.invitation_id = i.id
   where i.key = $1 order by d.created_at desc, d.id desc limit 100`,
)

/** Every delivery of the invitations to an address, the newest first: for the code that was typed with it. */
export async function findCardsByKey(read: Reader, key: AddressKey): Promise<InvitationCardRow[]> {
  return read.rows<InvitationCardRow>(BY_KEY, [key])
}

const OPEN_BY_KEYS = statement(
  'invitation_cards_open_by_keys',
  `select null::uuid as "deliveryId", null::timestamptz as "replacedAt", null as "codeHash", ${CARD}
   where i.key = any($1) and i.status = 'pending' order by i.created_at desc limit 100`,
)

/** The invitations to any of the addresses that wait for an answer, expired ones included. */
export async function findPendingCards(
  read: Reader,
  keys: readonly AddressKey[],
): Promise<InvitationCardRow[]> {
  return keys.length === 0 ? [] : read.rows<InvitationCardRow>(OPEN_BY_KEYS, [keys])
}
