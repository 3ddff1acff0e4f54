// D0 to D5: from the facts about one resolved person to the one membership that follows, and every change on the way there.
import type { Change, Decision } from '../domain/change.ts'
import { isHeld } from '../domain/deprovision-hold.ts'
import { type DirectoryRecord, GRACE_DAYS } from '../domain/directory.ts'
import type { Membership } from '../domain/membership.ts'
import type { PersonEvent, PersonFacts } from '../domain/person.ts'
import type { Refusal } from '../domain/reason.ts'
import { bindRecords } from './bind-records.ts'
import { type DerivedGrants, deriveGrants, type GrantingRecord } from './derive-grants.ts'
import { type Denial, findDenial, findHold } from './find-denial.ts'
import { openQuestions } from './open-questions.ts'
import { policyWait } from './policy-wait.ts'
import { type Settling, settleInvitations } from './settle-invitations.ts'
import { writeMembership } from './write-membership.ts'

export type Settled =
  | { refused: Refusal; decision: Decision }
  | { changes: Change[]; membership: Membership | null; derived: DerivedGrants | null; decision: Decision }

/**
 * Settles a person for one event that is already folded into the facts. A person's own door (sign-in, acceptance) is refused where a
 * denial stands or nothing makes them a member; every other door writes what follows.
 */
export function settlePerson(given: PersonFacts, event: PersonEvent): Settled {
  if (!given.account) return { changes: [], membership: null, derived: null, decision: none(event) }
  const bindings = bindRecords(given, event.boundRecordId)
  const records = bindings.bind.map((r): DirectoryRecord => ({ ...r, accountId: given.account?.id ?? null }))
  const bound = [...given.records.filter((r) => r.accountId === given.account?.id), ...records]
  const denial = findDenial(given, bound)
  const guarded = denial !== null && guardsLastOwner(given, denial)
  const standing = guarded ? null : denial
  const hold = denial === null ? findHold(given, bound) : null
  const personal = event.door === 'sign-in' || event.door === 'acceptance'
  if (standing && personal) return refuse(event, standing)

  const late = lateReturn(given, standing)
  const facts = late.facts
  const settling: Settling = standing
    ? { settled: alreadySettled(facts), newly: [] }
    : settleInvitations(facts, event, bound)
  const derived = deriveGrants(facts, hold ? [...bound, ...heldTombstones(facts)] : bound, settling.settled)
  // Whom a hold lets back in was in already, and keeps the place.
  const kept = hold !== null && facts.written?.status !== 'waiting'
  const wait = standing || kept ? null : policyWait(facts, bound, settling, derived)
  if (personal && derived.grants.length === 0 && wait === null) return refuse(event, nothingGrants(facts))

  const justBound = [...bindings.bind.map((r) => r.id), ...(event.boundRecordId ? [event.boundRecordId] : [])]
  const written = writeMembership(facts, event, {
    bound,
    justBound,
    denial: standing,
    guardCause: guarded ? (denial?.causeId ?? null) : null,
    hold,
    wait,
    derived,
    settling,
  })
  const changes: Change[] = [
    ...bindings.bind.map(
      (r): Change => ({
        kind: 'record.bind',
        recordId: r.id,
        accountId: facts.account?.id ?? '',
        rule: 'D0',
      }),
    ),
    ...[...bindings.conflicts, ...openQuestions(facts, bound, justBound, standing)].map(
      (conflict): Change => ({ kind: 'conflict.open', conflict }),
    ),
    ...bindings.comparable.map((connectionId): Change => ({ kind: 'connection.comparable', connectionId })),
    ...endedTombstones(facts, bound),
    ...late.changes,
    ...written.changes,
  ]
  return { changes, membership: written.membership, derived, decision: written.decision }
}

/** A deleted record whose deletion is held gives what it gave. */
function heldTombstones({ tombstones, account, holds }: PersonFacts): GrantingRecord[] {
  return tombstones
    .filter((t) => t.accountId === account?.id && holds.some((h) => isHeld(h, t.directoryId, t.deletedAt)))
    .map(({ directoryId, groupIds }) => ({ directoryId, groupIds, roleFellAt: null }))
}

/** E3: a directory may never shut out the last owner who can sign in. */
function guardsLastOwner(facts: PersonFacts, denial: Denial): boolean {
  return (
    denial.statusReason === 'directory' &&
    facts.membership?.ownerSince != null &&
    facts.membership.removedAt === null &&
    facts.otherOwners === 0
  )
}

function alreadySettled(facts: PersonFacts) {
  return facts.invitations.filter(
    (i) =>
      i.accountId === facts.account?.id &&
      (i.status === 'accepted' || i.status === 'accepted_waiting' || i.status === 'satisfied'),
  )
}

/** A record of the person that is bound again ends what the deletion of the former one said (E8). */
function endedTombstones(facts: PersonFacts, bound: readonly DirectoryRecord[]): Change[] {
  return facts.tombstones
    .filter((t) => t.accountId === facts.account?.id && bound.some((r) => r.directoryId === t.directoryId))
    .map((t) => ({ kind: 'tombstone.end', tombstoneId: t.id }))
}

/** E7: who returns 30 days after the directory closed the membership gets back what groups give, not what hands and invitations gave. */
function lateReturn(facts: PersonFacts, denial: Denial | null): { facts: PersonFacts; changes: Change[] } {
  const since = facts.membership?.directorySuspendedAt
  if (
    denial ||
    !facts.membership ||
    !since ||
    facts.now.getTime() - since.getTime() < GRACE_DAYS * 86_400_000
  )
    return { facts, changes: [] }
  const old = alreadySettled(facts).filter((i) => i.endedAt === null && i.createdAt < since)
  const hands = facts.manualGrants.filter((g) => g.givenAt < since)
  const changes: Change[] = old.map((i) => ({
    kind: 'invitation.update',
    invitationId: i.id,
    patch: { endedAt: facts.now },
  }))
  if (hands.length) changes.push({ kind: 'manual.end', grantIds: hands.map((g) => g.id) })
  return {
    facts: {
      ...facts,
      membership: { ...facts.membership, ownerSince: null },
      invitations: facts.invitations.map((i) => (old.includes(i) ? { ...i, endedAt: facts.now } : i)),
      manualGrants: facts.manualGrants.filter((g) => !hands.includes(g)),
    },
    changes,
  }
}

/** B9 and R8: signed in, yet nothing here makes them a member. */
function nothingGrants(facts: PersonFacts): Pick<Denial, 'rule' | 'reason' | 'nextActor'> {
  return facts.organization.policies.jitProvisioning
    ? { rule: 'R8', reason: 'domain_unproven', nextActor: 'org_admin' }
    : { rule: 'B9', reason: 'jit_off', nextActor: 'org_admin' }
}

const messages: Partial<Record<Refusal['reason'], string>> = {
  directory_inactive: "The organization's directory has turned off this person's access.",
  suspended_by_admin: "An administrator paused this person's access.",
  removed_by_admin: 'An administrator removed this person.',
  left: 'This person left the organization.',
  blocked: 'This address is blocked by the organization.',
  jit_off: 'The person signed in, but the organization has not given them access.',
  domain_unproven: 'The person signed in, but nothing in the organization names them.',
}

function refuse(event: PersonEvent, why: Pick<Denial, 'rule' | 'reason' | 'nextActor'>): Settled {
  const { rule, reason, nextActor } = why
  return {
    refused: {
      rule,
      reason,
      nextActor,
      message: messages[reason] ?? 'The organization refuses this person.',
    },
    decision: {
      rule,
      outcome: 'refuse',
      reason,
      nextActor,
      inputs: { resolvedBy: event.rule, door: event.door },
    },
  }
}

function none(event: PersonEvent): Decision {
  return {
    rule: event.rule,
    outcome: 'none',
    reason: null,
    nextActor: 'nobody',
    inputs: { door: event.door },
  }
}
