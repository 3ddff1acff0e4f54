// Why a person is in, waits, or cannot join: the verdict, the one reason and who must act, from the facts and the dry runs.
import type { AddressKey } from '../domain/address.ts'
import { isExpired, isOpen, shownStatus } from '../domain/invitation.ts'
import type { Membership } from '../domain/membership.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { nextActorOf } from '../domain/reason-actors.ts'
import { holderOf, invitationFor } from './dry-acceptance.ts'
import type { DryRun } from './dry-run.ts'
import { findDenial } from './find-denial.ts'
import { pendingReason } from './pending-reason.ts'

export interface ExplainFacts {
  /** As the reader may know the person: without an account where its existence is not theirs to know (T-31). */
  person: PersonFacts
  key: AddressKey
  dry: { invitation: DryRun; signIn: DryRun; directory: DryRun }
  /** States of the open invitation's deliveries that were not replaced. */
  deliveries: readonly string[]
  /** The last sign-in that asserted the address. */
  lastSignIn: { type: string; reason: string | null; at: Date } | null
  /** Whether the organization has any record of the address at all. */
  known: boolean
}

export interface Verdict {
  verdict: 'joined' | 'can_join' | 'waiting' | 'blocked' | 'unknown'
  code: ReasonCode
  nextActor: NextActor
}

/** The first of these that holds: the membership (a member's sign-ins may wait for an answer), a denial, an open question, a failed sign-in, the invitation, what a sign-in would do. */
export function explain(facts: ExplainFacts): Verdict {
  const { membership } = facts.person
  if (membership?.status === 'active')
    return { ...(questioned(facts) ?? held(membership) ?? say('joined', 'joined')), verdict: 'joined' }
  if (membership?.status === 'waiting') return waiting(facts, membership)
  return (
    denied(facts) ?? questioned(facts) ?? failed(facts) ?? invited(facts) ?? ended(facts) ?? uninvited(facts)
  )
}

function held({ brakeHoldId }: Membership): Verdict | null {
  return brakeHoldId === null ? null : say('joined', 'deprovision_held')
}

function waiting({ person }: ExplainFacts, membership: Membership): Verdict {
  switch (membership.statusReason) {
    case 'seat':
      return say('waiting', 'seat_unavailable')
    case 'approval':
      return say('waiting', 'approval_required')
    case 'guest_refused':
      return say('waiting', 'guest_refused')
    default: {
      const open = person.organization.connections.some((c) => c.status === 'active')
      return { ...say('waiting', 'sso_required'), nextActor: open ? 'person' : 'org_admin' }
    }
  }
}

/** D1, on the known account or on the one that would be made. */
function denied({ person, key }: ExplainFacts): Verdict | null {
  const account = holderOf(person, key)
  const bound = person.records.filter((r) => r.accountId === account.id)
  const denial = findDenial({ ...person, account }, bound)
  return denial && { verdict: 'blocked', code: denial.reason, nextActor: denial.nextActor }
}

function questioned({ person }: ExplainFacts): Verdict | null {
  const open = person.conflicts.some((c) => !c.answer && (c.kind === 'B8' || c.kind === 'E9'))
  return open ? say('blocked', 'identity_conflict') : null
}

const TECHNICAL: readonly ReasonCode[] = [
  'saml_response_invalid',
  'attribute_missing',
  'connection_off',
  'idp_initiated_off',
  'request_unknown',
  'assertion_replayed',
  'test_mode',
]
const FRESH_MS = 7 * 86_400_000

/** A sign-in that failed by its form in the last days, later than the offer, says more than the offer does. */
function failed(facts: ExplainFacts): Verdict | null {
  const { lastSignIn, person, key } = facts
  if (!lastSignIn || person.now.getTime() - lastSignIn.at.getTime() > FRESH_MS) return null
  const offered = invitationFor(person, key)?.createdAt
  if (offered && offered > lastSignIn.at) return null
  const code =
    lastSignIn.type === 'sign_in.test' ? 'test_mode' : TECHNICAL.find((t) => t === lastSignIn.reason)
  return code && !isMended(person, code) ? say(joins(facts) ? 'can_join' : 'blocked', code) : null
}

/** Whether the connection has been set since so that the same sign-in would get through. */
function isMended({ organization }: PersonFacts, code: ReasonCode): boolean {
  const active = organization.connections.filter((c) => c.status === 'active')
  if (code === 'idp_initiated_off') return active.some((c) => c.idpInitiated === 'accept')
  return (code === 'test_mode' || code === 'connection_off') && active.length > 0
}

function invited(facts: ExplainFacts): Verdict | null {
  const { person, key, dry } = facts
  const invitation = invitationFor(person, key)
  if (!invitation || !isOpen(invitation, person.now)) return null
  const code = pendingReason({
    expired: false,
    denial: null,
    inConflict: false,
    policy: policyFor(person, key),
    deliveries: facts.deliveries,
    unconnectedAccount: isUnconnected(person),
  })
  if (code === 'guest_refused') return say('blocked', code)
  if (code === 'delivery_failed') return say('waiting', code)
  const open = joins(facts) || dry.invitation.outcome === 'join' || code === 'sso_required'
  return say(open ? 'can_join' : 'waiting', code)
}

/** The last offer came to an end without a join. */
function ended(facts: ExplainFacts): Verdict | null {
  const { person, key } = facts
  const invitation = invitationFor(person, key)
  if (!invitation || invitation.status === 'accepted' || invitation.status === 'satisfied') return null
  const status = isExpired(invitation, person.now) ? 'expired' : shownStatus(invitation, person.now)
  const code: ReasonCode | undefined = (['expired', 'revoked', 'declined', 'superseded'] as const).find(
    (s) => s === status,
  )
  return code ? say(joins(facts) ? 'can_join' : 'blocked', code) : null
}

/** Nobody invited the address: the account, the last sign-in, or what a sign-in would do. */
function uninvited(facts: ExplainFacts): Verdict {
  const { dry, person, known, lastSignIn } = facts
  if (joins(facts)) return say('can_join', isUnconnected(person) ? 'account_exists' : 'awaiting_person')
  if (!known) return say('unknown', 'unknown_person')
  // In a proven domain only a proof is missing where the account's own circumstances ask for one (R5).
  if (dry.signIn.outcome === 'prove' && isProven(facts)) return say('can_join', 'proof_required')
  if (dry.signIn.outcome === 'refuse') return say('blocked', (dry.signIn.reason ?? 'jit_off') as ReasonCode)
  if (lastSignIn?.type === 'sign_in.proof_required') return say('waiting', 'proof_required')
  if (lastSignIn?.type === 'sign_in.refused' && lastSignIn.reason)
    return say('blocked', lastSignIn.reason as ReasonCode)
  return say('unknown', 'unknown_person')
}

function isProven({ person, key }: ExplainFacts): boolean {
  return standingOf(key, person.organization.domains, person.organization.id) === 'this'
}

/** Whether a sign-in or a push would make the person a member as things stand. */
function joins({ dry }: ExplainFacts): boolean {
  return ['join', 'link'].includes(dry.signIn.outcome)
}

/** An account that the reader may know of, which no sign-in of the organization leads to. */
function isUnconnected(person: PersonFacts): boolean {
  const active = person.organization.connections.filter((c) => c.status === 'active').map((c) => c.id)
  return (
    person.account !== null &&
    !person.identities.some((i) => i.inactiveSince === null && active.includes(i.connectionId))
  )
}

function policyFor({ organization, account, identities }: PersonFacts, key: AddressKey) {
  const { policies, domains, id, connections } = organization
  if (!policies.ssoRequired || (account && policies.breakGlassAccountIds.includes(account.id))) return null
  const active = connections.filter((c) => c.status === 'active').map((c) => c.id)
  if (identities.some((i) => i.inactiveSince === null && active.includes(i.connectionId))) return null
  if (['this', 'duty'].includes(standingOf(key, domains, id))) return 'sso'
  return policies.guests === 'refused' ? 'guest_refused' : null
}

function say(verdict: Verdict['verdict'], code: ReasonCode): Verdict {
  return { verdict, code, nextActor: nextActorOf(code) }
}
