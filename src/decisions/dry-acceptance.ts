// What an acceptance by the holder of an address would do now, of the invitation that there is or of a new one.
import { type Account, verifiedKeys } from '../domain/account.ts'
import type { AddressKey } from '../domain/address.ts'
import { type Invitation, isOpen } from '../domain/invitation.ts'
import type { PersonFacts } from '../domain/person.ts'
import { type DryRun, dryRefusal, drySettled } from './dry-run.ts'
import { invite } from './invite.ts'
import { settlePerson } from './settle-person.ts'
import { takeInvitation } from './take-invitation.ts'

const NOBODY = 'newcomer'

/** The organization's invitation to the key that is open, else the last that was made; null where none ever was. */
export function invitationFor(facts: PersonFacts, key: AddressKey): Invitation | null {
  const theirs = facts.invitations
    .filter((i) => i.key === key)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
  return theirs.find((i) => isOpen(i, facts.now) || i.status === 'accepted_waiting') ?? theirs.at(-1) ?? null
}

/** The account that would accept: the known one, or one that is made when its holder proves the address. */
export function holderOf(facts: PersonFacts, key: AddressKey): Account {
  const address = {
    address: key,
    key,
    verifiedAt: facts.now,
    primary: false,
    givenBy: 'person' as const,
    restingSince: null,
  }
  const known = facts.account
  if (!known) return { id: NOBODY, name: null, externalId: null, addresses: [{ ...address, primary: true }] }
  return verifiedKeys(known).includes(key)
    ? known
    : { ...known, addresses: [...known.addresses.filter((a) => a.key !== key), address] }
}

/** Runs the acceptance on the facts; where no invitation was ever made, an invitation to the default role is tried first. */
export function dryAcceptance(facts: PersonFacts, key: AddressKey, proven: boolean): DryRun {
  const account = holderOf(facts, key)
  const given = invitationFor(facts, key)
  if (given === null) {
    const verdict = wouldInvite(facts, key)
    if ('refused' in verdict) return dryRefusal(verdict.refused)
  }
  const invitation = given ?? hypothetical(facts, key)
  const person: PersonFacts = {
    ...facts,
    account,
    invitations: given ? facts.invitations : [...facts.invitations, invitation],
  }
  const refused = takeInvitation(person, invitation, false)
  if (refused) return dryRefusal(refused)
  const consented = facts.consents.some((c) => c.invitationId === invitation.id)
  const consent = { invitationId: invitation.id, accountId: account.id, proof: 'P1' as const, at: facts.now }
  const settled = settlePerson(
    { ...person, consents: consented ? facts.consents : [...facts.consents, consent] },
    {
      door: 'acceptance',
      rule: 'A1',
      namedKeys: [],
      satisfies: null,
      boundRecordId: null,
      email: invitation.email,
      displayName: null,
      inPerson: true,
      newMembershipId: NOBODY,
    },
  )
  return drySettled(settled, ruleOf(facts, proven), facts.membership, false)
}

/** A2 and A3 open with the same page: only who may know of the account reads A3 here (T-31). */
function ruleOf(facts: PersonFacts, proven: boolean): string {
  if (facts.membership?.status === 'active') return 'A10'
  return facts.account !== null && proven ? 'A3' : 'A2'
}

function wouldInvite(facts: PersonFacts, key: AddressKey) {
  const { membership } = facts
  return invite({
    now: facts.now,
    organizationId: facts.organization.id,
    policies: facts.organization.policies,
    domains: facts.organization.domains,
    key,
    member: membership && membership.status !== 'removed' ? membership : null,
    recordInactive: isInactive(facts, key),
    blocked: facts.blocks.includes(key),
    invitations: facts.invitations.filter((i) => i.key === key),
  })
}

function isInactive(facts: PersonFacts, key: AddressKey): boolean {
  const bearing = facts.records.filter((r) => r.emailKey === key && r.frozenAt === null)
  return bearing.some((r) => !r.active) && !bearing.some((r) => r.active)
}

function hypothetical(facts: PersonFacts, key: AddressKey): Invitation {
  return {
    id: NOBODY,
    organizationId: facts.organization.id,
    email: key,
    key,
    role: facts.organization.policies.jitRole,
    projectIds: [],
    expiresAt: new Date(facts.now.getTime() + 86_400_000),
    message: null,
    language: null,
    invitedBy: { type: 'host', id: null },
    inviterAccountId: null,
    inviterRank: null,
    granting: true,
    directoryUserId: null,
    status: 'pending',
    statusReason: null,
    settledAt: null,
    accountId: null,
    supersededBy: null,
    roleEndedAt: null,
    endedAt: null,
    createdAt: facts.now,
  }
}
