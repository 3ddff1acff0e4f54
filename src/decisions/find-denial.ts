// D1: what forbids this person the organization. Deny beats grant, whoever grants (invariant 7).
import { verifiedKeys } from '../domain/account.ts'
import { type DeprovisionHold, isHeld } from '../domain/deprovision-hold.ts'
import { type DirectoryRecord, GRACE_DAYS, type Tombstone } from '../domain/directory.ts'
import { isOpen } from '../domain/invitation.ts'
import { isInQuestion, type PersonFacts } from '../domain/person.ts'
import type { NextActor, ReasonCode } from '../domain/reason.ts'

export interface Denial {
  status: 'suspended' | 'removed'
  statusReason: 'directory' | 'admin' | 'person' | 'blocked'
  reason: ReasonCode
  nextActor: NextActor
  rule: string
  since: Date
  /** The record or tombstone that says so, and its directory; null for people's own acts. */
  causeId: string | null
  directoryId: string | null
}

/**
 * The denial that stands against the resolved person, the weightiest first; null where nothing does, or only what is held (H7).
 * `bound` are the records bound to the account.
 */
export function findDenial(facts: PersonFacts, bound: readonly DirectoryRecord[]): Denial | null {
  return removal(facts) ?? suspension(facts) ?? blocked(facts) ?? directoryDenial(facts, bound)
}

/** The hold without which a directory's word would deny this person, whom nothing denies as it is. */
export function findHold(facts: PersonFacts, bound: readonly DirectoryRecord[]): DeprovisionHold | null {
  if (facts.holds.length === 0) return null
  const kept = findDenial({ ...facts, holds: [] }, bound)
  return (kept && facts.holds.find((hold) => isHeld(hold, kept.directoryId ?? '', kept.since))) ?? null
}

function removal(facts: PersonFacts): Denial | null {
  const m = facts.membership
  if (!m?.removedAt || m.removedBy === 'directory') return null
  if (m.allowedAt && m.allowedAt >= m.removedAt) return null
  if (invitedSince(facts, m.removedAt)) return null
  const byPerson = m.removedBy === 'person'
  return {
    status: 'removed',
    statusReason: byPerson ? 'person' : 'admin',
    reason: byPerson ? 'left' : 'removed_by_admin',
    nextActor: 'org_admin',
    rule: 'B11',
    since: m.removedAt,
    causeId: null,
    directoryId: null,
  }
}

/** Whether a person (no directory) invited one of the keys after the moment and that offer still stands. */
function invitedSince(facts: PersonFacts, moment: Date): boolean {
  return facts.invitations.some(
    (i) =>
      i.invitedBy.type !== 'directory' &&
      i.createdAt > moment &&
      i.endedAt === null &&
      (isOpen(i, facts.now) ||
        ((i.status === 'accepted' || i.status === 'accepted_waiting' || i.status === 'satisfied') &&
          i.accountId === facts.account?.id)),
  )
}

function suspension(facts: PersonFacts): Denial | null {
  const since = facts.membership?.suspendedByAdminAt ?? facts.membership?.heldAt ?? null
  if (!since) return null
  return {
    status: 'suspended',
    statusReason: 'admin',
    reason: 'suspended_by_admin',
    nextActor: 'org_admin',
    rule: 'A12',
    since,
    causeId: null,
    directoryId: null,
  }
}

function blocked(facts: PersonFacts): Denial | null {
  const keys = new Set([...verifiedKeys(facts.account), ...facts.membershipKeys.map((k) => k.key)])
  if (!facts.blocks.some((key) => keys.has(key))) return null
  return {
    status: 'suspended',
    statusReason: 'blocked',
    reason: 'blocked',
    nextActor: 'org_admin',
    rule: 'D1',
    since: facts.now,
    causeId: null,
    directoryId: null,
  }
}

function directoryDenial(facts: PersonFacts, bound: readonly DirectoryRecord[]): Denial | null {
  const verified = verifiedKeys(facts.account)
  const joined = facts.membershipKeys.map((k) => k.key)
  const boundIds = new Set(bound.map((r) => r.id))
  const theirs = facts.records.filter(
    (r) =>
      boundIds.has(r.id) ||
      (r.accountId === null &&
        r.emailKey !== null &&
        // Of whom it is asked whose they are, nobody is denied anything yet (B8, E9).
        !isInQuestion(facts.conflicts, r) &&
        (verified.includes(r.emailKey) || joined.includes(r.emailKey))),
  )
  const inactive = theirs.find(
    (r) =>
      !r.active &&
      r.frozenAt === null &&
      !isAllowed(facts, r.directoryId, r.inactiveSince ?? facts.now, bound) &&
      !holds(facts, r.directoryId, r.inactiveSince),
  )
  if (inactive) return byDirectory(inactive, inactive.inactiveSince ?? facts.now, 'B10', 'suspended')
  const buried = facts.tombstones.find(
    (t) =>
      speaks(facts, t, bound, [...verified, ...joined]) &&
      !isAllowed(facts, t.directoryId, t.deletedAt, bound) &&
      !holds(facts, t.directoryId, t.deletedAt),
  )
  if (!buried) return null
  const graceEnds = buried.deletedAt.getTime() + GRACE_DAYS * 86_400_000
  const past = facts.now.getTime() >= graceEnds
  if (past && (invitedSince(facts, new Date(graceEnds)) || allowedSince(facts, graceEnds))) return null
  return byDirectory(buried, buried.deletedAt, 'E6', past ? 'removed' : 'suspended')
}

/** C12: since this directory said no, an administrator allowed the member while the other one says yes. */
function isAllowed(
  facts: PersonFacts,
  directoryId: string,
  since: Date,
  bound: readonly DirectoryRecord[],
): boolean {
  return (
    bound.some((r) => r.active && r.directoryId !== directoryId) &&
    facts.conflicts.some(
      (c) =>
        c.kind === 'C12' &&
        c.accountId === facts.account?.id &&
        c.answer?.choice === 'allow' &&
        c.answer.at >= since,
    )
  )
}

function allowedSince(facts: PersonFacts, moment: number): boolean {
  return (facts.membership?.allowedAt?.getTime() ?? 0) >= moment
}

/** A deletion denies until a record of the person is bound again; that of an active record says nothing while another directory's is active (C12). */
function speaks(
  facts: PersonFacts,
  tombstone: Tombstone,
  bound: readonly DirectoryRecord[],
  keys: readonly string[],
): boolean {
  const theirs =
    tombstone.accountId === null
      ? tombstone.keys.some((k) => keys.includes(k))
      : tombstone.accountId === facts.account?.id
  if (!theirs || bound.some((r) => r.directoryId === tombstone.directoryId)) return false
  return !(tombstone.wasActive && bound.some((r) => r.active && r.directoryId !== tombstone.directoryId))
}

function holds(facts: PersonFacts, directoryId: string, since: Date | null): boolean {
  return since !== null && facts.holds.some((hold) => isHeld(hold, directoryId, since))
}

function byDirectory(
  cause: { id: string; directoryId: string },
  since: Date,
  rule: string,
  status: Denial['status'],
): Denial {
  return {
    status,
    statusReason: 'directory',
    reason: 'directory_inactive',
    nextActor: 'idp_admin',
    rule,
    since,
    causeId: cause.id,
    directoryId: cause.directoryId,
  }
}
