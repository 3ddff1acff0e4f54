// D6: the difference between the membership as it stands and as it follows from the facts, as changes with their events.
import type { AddressKey } from '../domain/address.ts'
import type { Change, Decision, EventDraft, InvitationPatch } from '../domain/change.ts'
import type { DeprovisionHold } from '../domain/deprovision-hold.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import {
  type Membership,
  type MembershipKey,
  newMembership,
  type WaitingReason,
} from '../domain/membership.ts'
import type { PersonEvent, PersonFacts } from '../domain/person.ts'
import type { DerivedGrants } from './derive-grants.ts'
import type { Denial } from './find-denial.ts'
import type { Settling } from './settle-invitations.ts'

export interface Outcome {
  bound: readonly DirectoryRecord[]
  /** Those of them that were not bound before this event: the membership is joined by their addresses. */
  justBound: readonly string[]
  denial: Denial | null
  guardCause: string | null
  /** What keeps off a directory's word that would deny them (H7). */
  hold: DeprovisionHold | null
  wait: WaitingReason | null
  derived: DerivedGrants
  settling: Settling
}

/** Changes for membership, keys, grants and invitations; `membership` is what stands afterwards, null where none comes to be. */
export function writeMembership(
  facts: PersonFacts,
  event: PersonEvent,
  outcome: Outcome,
): { changes: Change[]; membership: Membership | null; decision: Decision } {
  const before = facts.written
  const after = membershipAfter(facts, event, outcome)
  const decision = decisionOf(event, before, after, outcome, facts)
  if (!after) return { changes: [], membership: null, decision }
  const changes: Change[] = []
  if (!before) changes.push({ kind: 'membership.create', membership: after })
  else if (!same(before, after)) changes.push({ kind: 'membership.update', membership: after })
  const keys = newKeys(facts, event, outcome)
  if (keys.length) changes.push({ kind: 'membership.keys', membershipId: after.id, keys })
  if (!same(facts.grants, outcome.derived.grants))
    changes.push({ kind: 'grants.replace', membershipId: after.id, grants: outcome.derived.grants })
  for (const w of outcome.derived.waiting)
    changes.push({ kind: 'approval.ask', invitationId: w.id, accountId: after.accountId })
  changes.push(...settledInvitations(facts, after, outcome))
  const because = endsSessions(before, after)
  if (because) changes.push({ kind: 'sessions.end', accountId: after.accountId, because })
  const event_ = memberEvent(before, after, decision)
  if (event_) changes.push({ kind: 'event', event: event_ })
  return { changes, membership: after, decision }
}

function membershipAfter(facts: PersonFacts, event: PersonEvent, outcome: Outcome): Membership | null {
  const { denial, derived, wait } = outcome
  const before = facts.membership
  const granted = derived.grants.length > 0 || wait !== null
  if (!before && (denial || !granted || !facts.account)) return null
  const base =
    before ??
    newMembership({
      id: event.newMembershipId,
      organizationId: facts.organization.id,
      accountId: facts.account?.id ?? '',
      at: facts.now,
    })
  const removed = denial?.status === 'removed'
  const joinedAgain = base.status === 'removed' && !denial && granted
  const status = denial ? denial.status : wait ? 'waiting' : granted ? 'active' : 'removed'
  return {
    ...base,
    status,
    statusReason: denial
      ? denial.statusReason
      : (wait ?? (granted ? null : (base.statusReason ?? 'nothing_grants'))),
    role: derived.role ?? derived.waiting[0]?.role ?? null,
    email: base.email ?? event.email,
    displayName: event.displayName ?? base.displayName,
    consentedAt: base.consentedAt ?? (event.inPerson ? facts.now : null),
    directorySuspendedAt:
      denial?.statusReason === 'directory' ? (base.directorySuspendedAt ?? denial.since) : null,
    removedAt: removed ? (base.removedAt ?? facts.now) : joinedAgain ? null : base.removedAt,
    removedBy: removed ? (base.removedBy ?? 'directory') : joinedAgain ? null : base.removedBy,
    guardCause: outcome.guardCause,
    brakeHoldId: outcome.hold?.open ? outcome.hold.id : null,
  }
}

/** Joined-by keys: of the invitations settled, of what the event named, of the records as they were bound; later addresses of a record only recognise. */
function newKeys(facts: PersonFacts, event: PersonEvent, outcome: Outcome): MembershipKey[] {
  const joins = (recordId: string, key: AddressKey) =>
    outcome.justBound.includes(recordId) && !facts.heldElsewhere.includes(key)
  const wanted: MembershipKey[] = [
    ...event.namedKeys.map((key) => ({ key, kind: 'joined' as const })),
    ...outcome.settling.newly.map(({ invitation }) => ({ key: invitation.key, kind: 'joined' as const })),
    ...outcome.bound.flatMap((r) =>
      r.emailKey === null
        ? []
        : [
            {
              key: r.emailKey,
              kind: joins(r.id, r.emailKey) ? ('joined' as const) : ('record' as const),
            },
          ],
    ),
  ]
  const known = new Set(facts.membershipKeys.map((k) => `${k.kind} ${k.key}`))
  const joined = new Set(
    [...facts.membershipKeys, ...wanted].filter((k) => k.kind === 'joined').map((k) => k.key),
  )
  return wanted.filter((k) => {
    const name = `${k.kind} ${k.key}`
    if (known.has(name) || (k.kind === 'record' && joined.has(k.key))) return false
    known.add(name)
    return true
  })
}

function settledInvitations(facts: PersonFacts, after: Membership, outcome: Outcome): Change[] {
  if (after.status !== 'active' && after.status !== 'waiting') return []
  return outcome.settling.newly.flatMap(({ invitation, consented, by }): Change[] => {
    const settled = { accountId: after.accountId, settledAt: invitation.settledAt ?? facts.now }
    const patch: InvitationPatch = !consented
      ? { status: 'satisfied', statusReason: by, ...settled }
      : after.status === 'waiting'
        ? { status: 'accepted_waiting', statusReason: after.statusReason, ...settled }
        : { status: 'accepted', statusReason: null, ...settled }
    if (patch.status === invitation.status && patch.statusReason === invitation.statusReason) return []
    return [
      { kind: 'invitation.update', invitationId: invitation.id, patch },
      {
        kind: 'event',
        event: {
          type: `invitation.${patch.status}`,
          subject: { type: 'invitation', id: invitation.id, email: invitation.email, key: invitation.key },
          accountId: after.accountId,
          data: { statusReason: patch.statusReason ?? null, role: invitation.role },
        },
      },
    ]
  })
}

function ended(before: Membership | null, after: Membership): boolean {
  return (
    before !== null &&
    (before.status === 'active' || before.status === 'waiting') &&
    (after.status === 'suspended' || after.status === 'removed')
  )
}

/** Why the person's sessions here end, though a guard or a hold keep the membership open; null where they go on. */
function endsSessions(before: Membership | null, after: Membership): string | null {
  if (ended(before, after)) return after.statusReason ?? after.status
  if (after.guardCause !== null && before?.guardCause !== after.guardCause) return 'owner-guard'
  return after.brakeHoldId !== null && before?.brakeHoldId !== after.brakeHoldId ? 'deprovision-held' : null
}

function memberEvent(before: Membership | null, after: Membership, decision: Decision): EventDraft | null {
  const type = eventType(before, after)
  if (!type) return null
  return {
    type,
    subject: { type: 'member', id: after.id, email: after.email, key: null },
    accountId: after.accountId,
    decision,
  }
}

function eventType(before: Membership | null, after: Membership): string | null {
  if (after.guardCause !== null && before?.guardCause !== after.guardCause) return 'owner.guarded'
  if (after.brakeHoldId !== null && before?.brakeHoldId !== after.brakeHoldId)
    return 'member.deprovision_held'
  if (
    !before ||
    (before.status !== after.status && (before.status === 'removed' || before.status === 'waiting'))
  ) {
    if (after.status === 'waiting') return 'member.waiting'
    if (after.status === 'active') return 'member.joined'
  }
  if (before && before.status !== after.status)
    return `member.${after.status === 'active' ? 'restored' : after.status}`
  if (before && before.guardCause !== null && after.guardCause === null) return 'owner.guard_released'
  if (before && before.brakeHoldId !== null && after.brakeHoldId === null) return 'member.hold_released'
  if (before && before.role !== after.role) return 'member.role_changed'
  return null
}

function decisionOf(
  event: PersonEvent,
  before: Membership | null,
  after: Membership | null,
  outcome: Outcome,
  facts: PersonFacts,
): Decision {
  const { denial, wait } = outcome
  const inputs = {
    door: event.door,
    namedKeys: event.namedKeys,
    records: outcome.bound.map((r) => ({ id: r.id, active: r.active, groups: r.groupIds.length })),
    invitations: outcome.settling.settled.map((i) => i.id),
    origins: outcome.derived.grants.map((g) => `${g.origin.type}:${g.role ?? g.projectId}`),
  }
  const states = { before: shown(before, facts.grants), after: after && shown(after, outcome.derived.grants) }
  if (denial) {
    return {
      rule: denial.rule,
      outcome: denial.status === 'removed' ? 'remove' : 'suspend',
      reason: denial.reason,
      nextActor: denial.nextActor,
      inputs,
      ...states,
    }
  }
  if (after?.brakeHoldId && before?.brakeHoldId !== after.brakeHoldId)
    return {
      rule: 'H7',
      outcome: 'wait',
      reason: 'deprovision_held',
      nextActor: 'org_admin',
      inputs,
      ...states,
    }
  if (wait)
    return {
      rule: event.rule,
      outcome: 'wait',
      reason: waitReason(wait),
      nextActor: wait === 'sso' ? 'person' : 'org_admin',
      inputs,
      ...states,
    }
  const joins = after?.status === 'active' && before?.status !== 'active'
  return {
    rule: event.rule,
    outcome: joins ? 'join' : after ? 'change' : 'none',
    reason: after ? 'joined' : null,
    nextActor: 'nobody',
    inputs,
    ...states,
  }
}

function waitReason(wait: WaitingReason) {
  const codes = {
    sso: 'sso_required',
    seat: 'seat_unavailable',
    approval: 'approval_required',
    guest_refused: 'guest_refused',
  } as const
  return codes[wait]
}

function shown(m: Membership | null, grants: PersonFacts['grants']) {
  return (
    m && {
      role: m.role,
      status: m.status,
      statusReason: m.statusReason,
      projects: [...new Set(grants.flatMap((g) => g.projectId ?? []))].sort(),
    }
  )
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
