// Judging a sign-in: resolution and settlement on the facts as they stand, without writing anything.
import {
  displayNameOf,
  identityChanges,
  identityOf,
  newAccountOf,
  standingThis,
} from '../decisions/fold-sign-in.ts'
import { assertedBefore, type Followed, followAddress } from '../decisions/follow-address.ts'
import { type Resolution, resolveSignIn } from '../decisions/resolve-sign-in.ts'
import { settlePerson } from '../decisions/settle-person.ts'
import { takeInvitation } from '../decisions/take-invitation.ts'
import { verifiedKeys } from '../domain/account.ts'
import type { Change, Decision } from '../domain/change.ts'
import type { Connection } from '../domain/connection.ts'
import type { Membership } from '../domain/membership.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Profile } from '../domain/profile.ts'
import type { Refusal } from '../domain/reason.ts'
import type { SignInConnection, SignInFacts } from '../domain/sign-in-facts.ts'
import { newId } from '../kernel/ids.ts'
import { readAddressFreedom } from '../store/account-reads.ts'
import type { Reader } from '../store/database.ts'
import type { LockName } from '../store/locks.ts'
import { readSignInFacts } from '../store/sign-in-facts.ts'
import { loadPerson } from './load-person.ts'
import type { World } from './world.ts'

export interface SignInAttempt {
  connection: SignInConnection
  profile: Profile
  /** R3: who started it in this browser with a fresh own proof. */
  starterAccountId: string | null
  proof: SignInFacts['proof']
  /** The invitation whose acceptance led here (A8). */
  invitationId: string | null
}

export type Judgement =
  | { outcome: 'refused'; refusal: Refusal; decision: Decision; changes: Change[] }
  | { outcome: 'prove'; refusal: Refusal; decision: Decision; changes: Change[] }
  | {
      outcome: 'accepted'
      accountId: string
      identityId: string
      membership: Membership
      decision: Decision
      changes: Change[]
    }

/**
 * Judges by R0 to R8 and D0 to D6. `hold` takes locks before each reading; the dry look at the ACS holds nothing, and what it says may
 * be answered otherwise when the browser comes back.
 */
export async function judgeSignIn(
  read: Reader,
  world: World,
  attempt: SignInAttempt,
  hold: (names: LockName[]) => Promise<void>,
): Promise<Judgement> {
  const { connection, profile } = attempt
  const now = world.clock.now()
  if (profile.emailKey) await hold([`key:${profile.emailKey}`])
  const stored = await readSignInFacts(read, {
    connection,
    profile,
    starterAccountId: attempt.starterAccountId,
    now,
  })
  const facts: SignInFacts = {
    ...stored,
    organization: { ...stored.organization, roles: world.roles },
    connection,
    profile,
    now,
    starterAccountId: attempt.starterAccountId,
    proof: attempt.proof,
  }
  const resolution = resolveSignIn(facts)
  if (resolution.kind !== 'account' && resolution.kind !== 'new') return unresolved(resolution)
  const known = resolution.kind === 'account' ? resolution.accountId : null
  if (known) await hold([`account:${known}`])
  const query = {
    organizationId: connection.organizationId,
    accountId: known,
    keys: profile.emailKey ? [profile.emailKey] : [],
    recordIds: facts.records.map((r) => r.id),
  }
  let person = await loadPerson(read, world, query)
  if (person.organization.policies.seats !== null) {
    // Counted again under the lock, so that two who arrive at once do not share the last seat (invariant 18).
    await hold([`seats:${connection.organizationId}`])
    person = await loadPerson(read, world, query)
  }
  const followed = await follow(read, facts, resolution, person)
  return judgePerson(attempt, facts, resolution, followed)
}

/** B1: a known subject asserts another address; the account's follows it as it would follow a directory's (C14), or stays (C15). */
async function follow(
  read: Reader,
  { profile, organization }: SignInFacts,
  resolution: Resolution,
  person: PersonFacts,
): Promise<Followed> {
  const before = resolution.kind === 'account' && resolution.rule === 'R1' ? assertedBefore(person) : null
  const { account } = person
  if (!before || !account || profile.emailKey === null) return { rule: null, changes: [], facts: person }
  const freedom = await readAddressFreedom(read, organization.id, account.id, profile.emailKey)
  const after = { email: profile.address, emailKey: profile.emailKey }
  return followAddress(person, before, after, { ...freedom, givenBy: 'connection' })
}

function judgePerson(
  attempt: SignInAttempt,
  facts: SignInFacts,
  resolution: Extract<Resolution, { kind: 'account' | 'new' }>,
  followed: Followed,
): Judgement {
  const { profile, connection } = attempt
  const loaded = followed.facts
  const accountId = resolution.kind === 'account' ? resolution.accountId : newId()
  const account =
    resolution.kind === 'account' ? loaded.account : newAccountOf(facts, accountId, resolution.proof)
  const identity = identityOf(facts, resolution, accountId, newId())
  const signedIn: PersonFacts = {
    ...loaded,
    account,
    identities: [...loaded.identities.filter((i) => i.id !== identity.id), identity],
    organization: {
      ...loaded.organization,
      connections: comparableNow(loaded, resolution.matchedByKey, connection.id),
    },
  }
  const proven = standingThis(facts)
  const named =
    profile.emailKey !== null &&
    (proven || provesAddress(resolution)) &&
    mayName(facts, signedIn, profile.emailKey)
  const intended = loaded.invitations.find(
    (i) =>
      i.id === attempt.invitationId &&
      takeInvitation(signedIn, i, named && i.key === profile.emailKey) === null,
  )
  const person: PersonFacts = intended
    ? {
        ...signedIn,
        consents: [
          ...loaded.consents.filter((c) => c.invitationId !== intended.id),
          { invitationId: intended.id, accountId, proof: resolution.proof, at: facts.now },
        ],
      }
    : signedIn
  const settled = settlePerson(person, {
    door: 'sign-in',
    rule: resolution.rule,
    namedKeys: named && profile.emailKey ? [profile.emailKey] : [],
    satisfies: 'sso',
    boundRecordId: null,
    email: named
      ? profile.address
      : (account?.addresses.find((a) => a.primary && proven && a.key === profile.emailKey)?.address ?? null),
    displayName: displayNameOf(profile),
    inPerson: true,
    newMembershipId: newId(),
  })
  if ('refused' in settled)
    return { outcome: 'refused', refusal: settled.refused, decision: settled.decision, changes: [] }
  if (settled.membership?.status !== 'active') return waiting(settled.decision)
  const changes = [
    ...followed.changes,
    ...identityChanges(facts, resolution, identity, account, profile),
    ...(intended ? [consentChange(intended.id, accountId, resolution.proof)] : []),
    ...settled.changes,
  ]
  return {
    outcome: 'accepted',
    accountId,
    identityId: identity.id,
    membership: settled.membership,
    decision: { ...settled.decision, rule: resolution.rule },
    changes,
  }
}

/** B4 and R5: outside proven domains the person's own proof in this sign-in lets the asserted address speak; a known subject alone does not. */
function provesAddress(resolution: Extract<Resolution, { kind: 'account' | 'new' }>): boolean {
  return resolution.proof === 'P1' || (resolution.proof === 'P2' && resolution.rule !== 'R1')
}

/** B3: the asserted address counts for this account only where it holds it verified, or nobody does and its own record bears it. */
function mayName(facts: SignInFacts, person: PersonFacts, key: string): boolean {
  if (verifiedKeys(person.account).includes(key)) return true
  return (
    standingThis(facts) &&
    facts.holder === null &&
    person.records.some((r) => r.accountId === person.account?.id && r.emailKey === key)
  )
}

function comparableNow(loaded: PersonFacts, matched: boolean, connectionId: string): readonly Connection[] {
  return loaded.organization.connections.map((c) =>
    matched && c.id === connectionId ? { ...c, comparable: true } : c,
  )
}

function consentChange(invitationId: string, accountId: string, proof: 'P1' | 'P2' | 'P3'): Change {
  return { kind: 'consent.record', invitationId, accountId, proof }
}

function unresolved(resolution: Exclude<Resolution, { kind: 'account' | 'new' }>): Judgement {
  const { refusal } = resolution
  const { rule, reason, nextActor } = refusal
  const outcome =
    resolution.kind === 'prove' ? 'prove' : resolution.kind === 'conflict' ? 'conflict' : 'refuse'
  const changes: Change[] =
    resolution.kind === 'conflict' ? [{ kind: 'conflict.open', conflict: resolution.conflict }] : []
  return {
    outcome: resolution.kind === 'prove' ? 'prove' : 'refused',
    refusal,
    decision: { rule, outcome, reason, nextActor },
    changes,
  }
}

/** A membership that waits (for a seat, for an approval) opens nothing; the way there is kept by the consent, not by this sign-in. */
function waiting(decision: Decision): Judgement {
  const reason = decision.reason ?? 'approval_required'
  return {
    outcome: 'refused',
    refusal: {
      rule: decision.rule,
      reason,
      nextActor: decision.nextActor,
      message: 'The membership waits for an administrator.',
    },
    decision: { ...decision, outcome: 'refuse' },
    changes: [],
  }
}
