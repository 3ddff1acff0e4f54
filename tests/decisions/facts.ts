// Facts for tests of decisions: small worlds of one organization and one person, without a database.

import { roles } from '../../src/config/roles.ts'
import type { Account, AccountAddress, Identity } from '../../src/domain/account.ts'
import type { Change, Decision } from '../../src/domain/change.ts'
import type { Connection } from '../../src/domain/connection.ts'
import type { DirectoryRecord, Tombstone } from '../../src/domain/directory.ts'
import type { Consent, Invitation } from '../../src/domain/invitation.ts'
import type { RoleMapping } from '../../src/domain/mapping.ts'
import type { ManualGrant, Membership } from '../../src/domain/membership.ts'
import { type Domain, defaultPolicies, type Policies } from '../../src/domain/organization.ts'
import type { OpenConflict, OrganizationFacts, PersonEvent, PersonFacts } from '../../src/domain/person.ts'
import type { Profile, Subject } from '../../src/domain/profile.ts'
import type { RecordFacts } from '../../src/domain/record-facts.ts'
import type { Candidate, SignInFacts } from '../../src/domain/sign-in-facts.ts'

export const NOW = new Date('2026-03-02T09:00:00.000Z')
export const ORG = 'org-acme'
export const ANA = 'ana@acme.test'
export const DIRECTORY = 'directory-1'
export const CONNECTION = 'connection-1'

export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 86_400_000)
}

export function hoursAgo(hours: number): Date {
  return new Date(NOW.getTime() - hours * 3_600_000)
}

export function ownDomain(status: Domain['status'] = 'verified'): Domain {
  return { id: 'domain-1', organizationId: ORG, domain: 'acme.test', includeSubdomains: false, status }
}

export function organization(
  over: Partial<Omit<OrganizationFacts, 'policies'>> & { policies?: Partial<Policies> } = {},
): OrganizationFacts {
  const { policies, ...rest } = over
  return {
    id: ORG,
    name: 'Acme',
    roles,
    domains: [ownDomain()],
    mappings: [],
    connections: [connection()],
    ...rest,
    policies: { ...defaultPolicies, ...policies },
  }
}

export function connection(over: Partial<Connection> = {}): Connection {
  return {
    id: CONNECTION,
    organizationId: ORG,
    name: 'Acme IdP',
    status: 'active',
    idpEntityId: 'https://idp.acme.test',
    ssoUrl: 'https://idp.acme.test/sso',
    ssoBinding: 'redirect',
    certificates: [],
    metadataUrl: null,
    idpInitiated: 'accept',
    directoryId: DIRECTORY,
    directoryMatch: 'externalId',
    attributes: {},
    preset: 'generic',
    legacy: { sha1: false, encryption: false },
    maxAssertionMinutes: 90,
    comparable: true,
    ...over,
  }
}

export function address(key = ANA, over: Partial<AccountAddress> = {}): AccountAddress {
  return {
    address: key,
    key,
    verifiedAt: daysAgo(100),
    primary: true,
    givenBy: 'person',
    restingSince: null,
    ...over,
  }
}

export function account(over: Partial<Account> = {}): Account {
  return { id: 'account-ana', name: 'Ana', externalId: null, addresses: [address()], ...over }
}

export function subject(nameId = 'u-ana'): Subject {
  return { nameId, format: 'persistent', nameQualifier: '', spNameQualifier: '' }
}

export function identity(over: Partial<Identity> = {}): Identity {
  return {
    id: 'identity-1',
    accountId: 'account-ana',
    organizationId: ORG,
    connectionId: CONNECTION,
    subject: subject(),
    rule: 'R4',
    proof: 'P3',
    automatic: true,
    directoryKey: 'u-ana',
    groups: null,
    jitAt: null,
    inactiveSince: null,
    lastUsedAt: daysAgo(1),
    ...over,
  }
}

export function record(over: Partial<DirectoryRecord> = {}): DirectoryRecord {
  return {
    id: 'record-ana',
    directoryId: DIRECTORY,
    organizationId: ORG,
    userName: ANA,
    userNameKey: ANA,
    externalId: 'u-ana',
    email: ANA,
    emailKey: ANA,
    displayName: 'Ana',
    active: true,
    accountId: null,
    version: 1,
    groupIds: [],
    createdAt: daysAgo(5),
    inactiveSince: null,
    roleFellAt: null,
    frozenAt: null,
    ...over,
  }
}

export function tombstone(over: Partial<Tombstone> = {}): Tombstone {
  return {
    id: 'tombstone-1',
    directoryId: DIRECTORY,
    recordId: 'record-old',
    externalId: 'u-ana',
    userNameKey: ANA,
    keys: [ANA],
    accountId: 'account-ana',
    wasActive: true,
    groupIds: [],
    deletedAt: daysAgo(3),
    ...over,
  }
}

export function invitation(over: Partial<Invitation> = {}): Invitation {
  return {
    id: 'invitation-1',
    organizationId: ORG,
    email: over.key ?? ANA,
    key: ANA,
    role: 'editor',
    projectIds: ['blog'],
    expiresAt: new Date(NOW.getTime() + 5 * 86_400_000),
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
    createdAt: daysAgo(2),
    ...over,
  }
}

/** The same invitation as it stands once Ana's consent settled it. */
export function accepted(over: Partial<Invitation> = {}): Invitation {
  return invitation({ status: 'accepted', accountId: 'account-ana', settledAt: daysAgo(1), ...over })
}

export function consent(over: Partial<Consent> = {}): Consent {
  return { invitationId: 'invitation-1', accountId: 'account-ana', proof: 'P1', at: daysAgo(1), ...over }
}

export function membership(over: Partial<Membership> = {}): Membership {
  return {
    id: 'membership-ana',
    organizationId: ORG,
    accountId: 'account-ana',
    status: 'active',
    statusReason: null,
    role: 'viewer',
    email: ANA,
    displayName: 'Ana',
    consentedAt: null,
    ownerSince: null,
    suspendedByAdminAt: null,
    directorySuspendedAt: null,
    removedAt: null,
    removedBy: null,
    allowedAt: null,
    heldAt: null,
    guardCause: null,
    brakeHoldId: null,
    createdAt: daysAgo(50),
    ...over,
  }
}

export function byHand(role: string, over: Partial<ManualGrant> = {}): ManualGrant {
  return { id: `hand-${role}`, role, projectId: null, givenAt: daysAgo(2), givenBy: 'account-olga', ...over }
}

/** A mapping row for a group of the directory. */
export function row(role: string, groupId: string, over: Partial<RoleMapping> = {}): RoleMapping {
  return {
    id: `row-${role}-${groupId}`,
    position: 0,
    group: { type: 'directory', directoryId: DIRECTORY, groupId, displayName: null },
    role,
    projectIds: [],
    overridable: false,
    ...over,
  }
}

/** A mapping row for a group value that the Connection asserts. */
export function attributeRow(role: string, value: string, over: Partial<RoleMapping> = {}): RoleMapping {
  return { ...row(role, value), group: { type: 'connection', connectionId: CONNECTION, value }, ...over }
}

export function openConflict(over: Partial<OpenConflict> = {}): OpenConflict {
  return {
    id: 'conflict-1',
    kind: 'B8',
    key: null,
    accountId: null,
    connectionId: null,
    directoryUserId: null,
    ...over,
  }
}

/** Ana's facts: an account with a verified address in the organization's proven domain, and nothing else. */
export function person(over: Partial<PersonFacts> = {}): PersonFacts {
  const standing = over.membership ?? null
  return {
    now: NOW,
    organization: organization(),
    account: account(),
    membership: standing,
    written: standing,
    membershipKeys: [],
    records: [],
    tombstones: [],
    holds: [],
    identities: [],
    invitations: [],
    consents: [],
    manualGrants: [],
    grants: [],
    blocks: [],
    conflicts: [],
    approvedInvitationIds: [],
    othersJoined: [],
    heldElsewhere: [],
    otherOwners: 0,
    seatsTaken: 0,
    ...over,
  }
}

export function event(over: Partial<PersonEvent> = {}): PersonEvent {
  return {
    door: 'push',
    rule: 'C6',
    namedKeys: [],
    satisfies: null,
    boundRecordId: null,
    email: ANA,
    displayName: 'Ana',
    inPerson: false,
    newMembershipId: 'membership-new',
    ...over,
  }
}

/** A sign-in of Ana's own subject in the proven domain. */
export function signInEvent(over: Partial<PersonEvent> = {}): PersonEvent {
  return event({
    door: 'sign-in',
    rule: 'R1',
    namedKeys: [ANA],
    satisfies: 'sso',
    inPerson: true,
    ...over,
  })
}

export function profile(over: Partial<Profile> = {}): Profile {
  return {
    subject: subject(),
    address: over.emailKey === undefined ? ANA : over.emailKey,
    emailKey: ANA,
    emails: [ANA],
    firstName: 'Ana',
    lastName: 'Lind',
    displayName: null,
    groups: null,
    directoryKey: 'u-ana',
    raw: {},
    ...over,
  }
}

export function candidate(over: Partial<Candidate> = {}): Candidate {
  return {
    accountId: 'account-ana',
    identities: [],
    records: [],
    resting: false,
    governedElsewhere: false,
    undone: false,
    ...over,
  }
}

export function signIn(over: Partial<SignInFacts> = {}): SignInFacts {
  return {
    now: NOW,
    organization: organization(),
    connection: connection(),
    profile: profile(),
    identity: null,
    records: [],
    holder: null,
    candidates: [],
    starterAccountId: null,
    proof: null,
    invited: false,
    joined: [],
    conflicts: [],
    ...over,
  }
}

export function push(over: Partial<RecordFacts> = {}): RecordFacts {
  return {
    now: NOW,
    organizationId: ORG,
    domains: [ownDomain()],
    record: record(),
    created: true,
    holder: null,
    joined: [],
    named: [],
    tombstones: [],
    accountsWithRecord: [],
    conflicts: [],
    invitations: [],
    blocked: false,
    ...over,
  }
}

/** The changes of one kind, in their order. */
export function ofKind<K extends Change['kind']>(
  changes: readonly Change[],
  kind: K,
): Extract<Change, { kind: K }>[] {
  return changes.filter((c): c is Extract<Change, { kind: K }> => c.kind === kind)
}

/** What a decision says, in one line: rule, outcome and reason. */
export function said(decision: Decision): string {
  return [decision.rule, decision.outcome, decision.reason].join(' ')
}
