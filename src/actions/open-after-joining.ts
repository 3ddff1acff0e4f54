// The session that a person has after they joined: the organization's own where their proof opens it, else what they had.
import type { AddressKey } from '../domain/address.ts'
import type { SessionView } from '../domain/session.ts'
import type { Transaction } from '../store/database.ts'
import { endSessionRow } from '../store/sessions.ts'
import { codeOpenings } from './code-openings.ts'
import { openSession } from './open-session.ts'
import type { World } from './world.ts'

export interface Joined {
  accountId: string
  organizationId: string
  /** The address that a code has just proven; null where the present session was the proof. */
  provenKey: AddressKey | null
  present: SessionView | null
}

/** A new session's token, or null where the present session stays as it is. */
export async function openAfterJoining(
  tx: Transaction,
  world: World,
  { accountId, organizationId, provenKey, present }: Joined,
): Promise<{ token: string | null; expiresAt: Date }> {
  const now = world.clock.now()
  if (provenKey === null && present?.authenticatedBy.type !== 'code')
    return onByHost(tx, world, organizationId, present)
  const key = provenKey ?? present?.proofKey ?? ''
  const { openings, primary } = await codeOpenings(tx, accountId, key)
  const opens = openings.some((opening) => opening.organizationId === organizationId)
  if (provenKey === null && !opens) return kept(present, now)
  const opened = await openSession(tx, world, {
    accountId,
    organizationId: opens ? organizationId : null,
    proofType: 'code',
    proofKey: key,
    ownProofAt: provenKey === null ? (present?.ownProofAt ?? null) : primary ? now : null,
    expiresAt: provenKey === null ? present?.expiresAt : null,
  })
  if (present !== null) await endSessionRow(tx, present.id, now, 'replaced')
  return opened
}

/** The host product vouches for its people in whatever they have joined; a Connection's session opens its own organization and nothing else. */
async function onByHost(
  tx: Transaction,
  world: World,
  organizationId: string,
  present: SessionView | null,
): Promise<{ token: string | null; expiresAt: Date }> {
  const now = world.clock.now()
  if (present?.authenticatedBy.type !== 'host' || present.organization?.id === organizationId)
    return kept(present, now)
  const opened = await openSession(tx, world, {
    accountId: present.account.id,
    organizationId,
    proofType: 'host',
    ownProofAt: present.ownProofAt,
    expiresAt: present.expiresAt,
  })
  await endSessionRow(tx, present.id, now, 'replaced')
  return opened
}

function kept(present: SessionView | null, now: Date): { token: null; expiresAt: Date } {
  return { token: null, expiresAt: present?.expiresAt ?? now }
}
