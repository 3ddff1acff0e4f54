// Reads an invitation for the person it may be meant for: the holder of its link, or a session that holds the invited address.
import { sessionProof } from '../decisions/session-proof.ts'
import { type AddressKey, maskAddress } from '../domain/address.ts'
import { type ShownInvitationStatus, shownStatus } from '../domain/invitation.ts'
import { type Standing, standingOf } from '../domain/organization.ts'
import type { SessionView } from '../domain/session.ts'
import { isId } from '../kernel/ids.ts'
import { sha256 } from '../kernel/secrets.ts'
import { type Reader, reader } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import {
  findCardByDelivery,
  findCardById,
  findCardByToken,
  type InvitationCardRow,
} from '../store/invitation-cards.ts'
import { type ActiveConnectionRow, findActiveConnections } from '../store/sign-in-ways.ts'
import type { World } from './world.ts'

export interface InvitationCard {
  invitationId: string
  deliveryId: string | null
  organizationId: string
  organizationName: string
  inviterName: string | null
  /** Whether a directory made it: it then lives as long as the record and shows no date. */
  byDirectory: boolean
  role: string
  projects: string[]
  /** In its stored form; pages show `masked`. */
  email: string
  key: AddressKey
  masked: string
  message: string | null
  language: string | null
  status: ShownInvitationStatus
  statusReason: string | null
  /** Whether another link replaced the one that was opened. */
  replaced: boolean
  expiresAt: Date
  settledAt: Date | null
  newerAt: Date | null
  /** Whether single sign-on is the only way to accept (A8). */
  ssoOnly: boolean
  /** Single sign-on that knows the address, the organization's own. */
  ways: ActiveConnectionRow[]
  /** How the session that was given stands to it; `none` without a session. */
  viewer: 'none' | 'P2' | 'holder' | 'other'
  /** Whether the session's account is the one that settled it. */
  settledByViewer: boolean
}

/** What opens a card: a link's token or a reference that `referTo` made, and the browser's session. */
export interface CardRequest {
  invitationId: string
  token: string | null
  session: SessionView | null
}

const REFERENCE_MINUTES = 60

/** The card, or null alike for an unknown invitation, a wrong token and none: an outsider learns nothing. */
export async function readInvitationCard(world: World, request: CardRequest): Promise<InvitationCard | null> {
  if (!isId(request.invitationId)) return null
  const read = reader(world.dataSource)
  const row = (await rowOfToken(world, read, request)) ?? (await rowOfSession(world, read, request)) ?? null
  return row === null ? null : cardOf(world, read, row, request.session)
}

/** A sealed reference to a delivery that stands for its token for an hour, so that a typed code or a sign-in can lead to its card. */
export function referTo(world: World, deliveryId: string): string {
  const until = world.clock.now().getTime() + REFERENCE_MINUTES * 60_000
  return `ref_${world.secrets.encrypt('invitation-reference', JSON.stringify([deliveryId, until]))}`
}

async function rowOfToken(
  world: World,
  read: Reader,
  { invitationId, token }: CardRequest,
): Promise<InvitationCardRow | null> {
  if (token === null || token.length > 500) return null
  if (!token.startsWith('ref_')) return findCardByToken(read, sha256(token), invitationId)
  const deliveryId = openReference(world, token.slice(4))
  return deliveryId === null ? null : findCardByDelivery(read, deliveryId, invitationId)
}

function openReference(world: World, sealed: string): string | null {
  try {
    const [deliveryId, until] = JSON.parse(world.secrets.decrypt('invitation-reference', sealed)) as [
      string,
      number,
    ]
    return until > world.clock.now().getTime() ? deliveryId : null
  } catch {
    return null
  }
}

async function rowOfSession(
  world: World,
  read: Reader,
  { invitationId, session }: CardRequest,
): Promise<InvitationCardRow | null> {
  if (session === null) return null
  const row = await findCardById(read, invitationId)
  if (row === null) return null
  return sessionProof(session, invitedAs(row), world.clock.now()) === 'P2' ? row : null
}

/** The card of a row for one viewer. */
export async function cardOf(
  world: World,
  read: Reader,
  row: InvitationCardRow,
  session: SessionView | null,
): Promise<InvitationCard> {
  const now = world.clock.now()
  const standing = standingOf(row.key, await domainsOver(read, [row.key]), row.organizationId)
  const ways = await waysFor(read, row, standing)
  return {
    invitationId: row.invitationId,
    deliveryId: row.deliveryId,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    inviterName: row.inviterName,
    byDirectory: row.invitedByType === 'directory',
    role: row.role,
    projects: row.projects,
    email: row.email,
    key: row.key,
    masked: maskAddress(row.email),
    message: row.message,
    language: row.language,
    status: shownStatus({ ...row, invitedBy: { type: row.invitedByType, id: null } }, now),
    statusReason: row.statusReason,
    replaced: row.replacedAt !== null,
    expiresAt: row.expiresAt,
    settledAt: row.settledAt,
    newerAt: row.newerAt,
    ssoOnly: row.policies.ssoRequired && ways.length > 0,
    ways,
    viewer: session === null ? 'none' : sessionProof(session, invitedAs(row), now),
    settledByViewer: session !== null && row.accountId === session.account.id,
  }
}

/** Single sign-on is offered where it would prove or govern the address; a guest's own method stays theirs (A9). */
async function waysFor(
  read: Reader,
  row: InvitationCardRow,
  standing: Standing,
): Promise<ActiveConnectionRow[]> {
  return ['this', 'duty'].includes(standing) ? findActiveConnections(read, [row.organizationId]) : []
}

function invitedAs(row: InvitationCardRow) {
  return { key: row.key, organizationId: row.organizationId, administers: row.role === 'admin' }
}
