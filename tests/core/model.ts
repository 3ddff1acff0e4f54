// A whole product in memory around the pure decisions: the facts of one organization and one person, without a database.
import { randomUUID } from 'node:crypto'
import { conflictOf, differsFromSubject } from '../../src/decisions/bind-records.ts'
import { foldRecord } from '../../src/decisions/fold-record.ts'
import { identityChanges, identityOf, newAccountOf, standingThis } from '../../src/decisions/fold-sign-in.ts'
import { invite } from '../../src/decisions/invite.ts'
import { resolveRecord } from '../../src/decisions/resolve-record.ts'
import { resolveSignIn } from '../../src/decisions/resolve-sign-in.ts'
import { settlePerson } from '../../src/decisions/settle-person.ts'
import { takeInvitation } from '../../src/decisions/take-invitation.ts'
import { type Account, type Identity, verifiedKeys } from '../../src/domain/account.ts'
import type { Change, ConflictDraft } from '../../src/domain/change.ts'
import type { DirectoryRecord } from '../../src/domain/directory.ts'
import type { Consent, Invitation } from '../../src/domain/invitation.ts'
import type { Grant, Membership, MembershipKey } from '../../src/domain/membership.ts'
import type { PersonEvent, PersonFacts } from '../../src/domain/person.ts'
import {
  ANA,
  address,
  connection,
  DIRECTORY,
  event,
  invitation,
  NOW,
  ORG,
  organization,
  ownDomain,
  profile,
  record,
  row,
} from '../decisions/facts.ts'
import { type EndState, type EventName, type EventSet, type Happening, NotComparable } from './orders.ts'

interface Memory {
  at: number
  keyless: boolean
  organization: PersonFacts['organization']
  accounts: Account[]
  records: DirectoryRecord[]
  identities: Identity[]
  invitations: Invitation[]
  consents: Consent[]
  memberships: Membership[]
  keys: (MembershipKey & { membershipId: string })[]
  grants: Map<string, readonly Grant[]>
  conflicts: ConflictDraft[]
}

const seo = row('editor', 'seo-editors')

/** A fresh world for one order of one set. */
export function model(given: EventSet['given']): Happening {
  const memory: Memory = {
    at: NOW.getTime(),
    keyless: given.keyless ?? false,
    organization: organization({
      domains: given.proven ? [ownDomain()] : [],
      mappings: given.mapping ? [seo] : [],
    }),
    accounts: given.account
      ? [{ id: 'account-ana', name: null, externalId: null, addresses: [address()] }]
      : [],
    records: [],
    identities: [],
    invitations: [],
    consents: [],
    memberships: [],
    keys: [],
    grants: new Map(),
    conflicts: [],
  }
  const events: Record<EventName, () => boolean> = {
    account: () => hold(memory),
    invite: () => offer(memory),
    accept: () => accept(memory),
    scim: () => provision(memory),
    group: () => regroup(memory),
    login: () => signIn(memory),
    domain: () => reconfigure(memory, { domains: [ownDomain()] }),
    mapping: () => reconfigure(memory, { mappings: [seo] }),
    sso: () => reconfigure(memory, { policies: { ...memory.organization.policies, ssoRequired: true } }),
  }
  return {
    happen: async (name) => {
      memory.at += 1000
      return events[name]()
    },
    end: async () => endState(memory),
  }
}

function hold(memory: Memory): boolean {
  if (!holderOf(memory, ANA))
    memory.accounts.push({ id: randomUUID(), name: null, externalId: null, addresses: [address()] })
  return true
}

function offer(memory: Memory): boolean {
  const standing = memory.memberships.find((m) => keysOf(memory, m.id).includes(ANA))
  const verdict = invite({
    now: new Date(memory.at),
    organizationId: ORG,
    policies: memory.organization.policies,
    domains: memory.organization.domains,
    key: ANA,
    member: standing ?? null,
    recordInactive: false,
    blocked: false,
    invitations: memory.invitations,
  })
  const wanted = { role: 'admin', projectIds: ['blog'], granting: true }
  if (!('refused' in verdict)) {
    memory.invitations.push(invitation({ id: randomUUID(), createdAt: new Date(memory.at), ...wanted }))
    return true
  }
  if (verdict.refused.reason !== 'already_invited') throw new NotComparable(verdict.refused.reason)
  memory.invitations = memory.invitations.map((i) => (i.status === 'pending' ? { ...i, ...wanted } : i))
  return true
}

function accept(memory: Memory): boolean {
  const accountId = holderOf(memory, ANA)?.id ?? ''
  const offered = memory.invitations.find((i) => i.granting)
  if (!offered) throw new Error('nothing to accept')
  const facts = read(memory, accountId, [ANA])
  const refused = takeInvitation(facts, offered, false)
  if (refused) throw new Error(`the acceptance was refused: ${refused.reason}`)
  const consent: Consent = { invitationId: offered.id, accountId, proof: 'P1', at: facts.now }
  settle(
    memory,
    { ...facts, consents: [...facts.consents, consent] },
    { door: 'acceptance', rule: 'A1', inPerson: true },
    [{ kind: 'consent.record', invitationId: offered.id, accountId, proof: 'P1' }],
  )
  return true
}

function provision(memory: Memory): boolean {
  memory.records.push(record({ createdAt: new Date(memory.at) }))
  pushed(memory, true)
  return true
}

function regroup(memory: Memory): boolean {
  memory.records = memory.records.map((r) => ({ ...r, groupIds: ['seo-editors'] }))
  pushed(memory, false)
  return true
}

function pushed(memory: Memory, created: boolean): void {
  const [mine] = memory.records
  if (!mine) throw new Error('no record')
  const holder = holderOf(memory, ANA)
  const resolution = resolveRecord({
    now: new Date(memory.at),
    organizationId: ORG,
    domains: memory.organization.domains,
    record: mine,
    created,
    holder: holder ? { accountId: holder.id, resting: false, governedElsewhere: false } : null,
    joined: memory.memberships
      .filter((m) => keysOf(memory, m.id).includes(ANA))
      .map((m) => ({
        membershipId: m.id,
        accountId: m.accountId,
        kind: 'joined',
        status: m.status,
        closed: false,
      })),
    named: memory.identities.filter((i) => i.directoryKey === mine.externalId).map((i) => i.accountId),
    tombstones: [],
    accountsWithRecord: [],
    conflicts: [],
    invitations: memory.invitations,
    blocked: false,
  })
  if (resolution.kind === 'conflict') {
    memory.conflicts.push(resolution.conflict)
    return
  }
  if (resolution.kind === 'unbound') {
    const own = {
      id: randomUUID(),
      granting: false,
      role: 'viewer',
      projectIds: [],
      directoryUserId: mine.id,
    }
    if (resolution.invite)
      memory.invitations.push(
        invitation({
          ...own,
          invitedBy: { type: 'directory', id: DIRECTORY },
          createdAt: new Date(memory.at),
        }),
      )
    return
  }
  const accountId = resolution.kind === 'new' ? randomUUID() : resolution.accountId
  const loaded = read(memory, resolution.kind === 'new' ? null : accountId, [ANA])
  if (resolution.kind === 'bind' && differsFromSubject(loaded, mine)) {
    memory.conflicts.push(conflictOf(loaded, mine, false))
    return
  }
  const facts = foldRecord(loaded, mine, accountId, resolution.kind === 'new')
  const named = resolution.kind !== 'bound' && memory.organization.domains.length > 0
  if (facts.account && resolution.kind === 'new') memory.accounts.push(facts.account)
  settle(
    memory,
    facts,
    {
      rule: resolution.rule,
      namedKeys: named ? [ANA] : [],
      satisfies: 'directory',
      boundRecordId: resolution.kind === 'bound' ? null : mine.id,
    },
    resolution.kind === 'bound'
      ? []
      : [{ kind: 'record.bind', recordId: mine.id, accountId, rule: resolution.rule }],
  )
}

function signIn(memory: Memory): boolean {
  const holder = holderOf(memory, ANA)
  const asserted = profile({ directoryKey: memory.keyless ? null : 'u-ana' })
  const facts = {
    now: new Date(memory.at),
    organization: memory.organization,
    connection: connection(),
    profile: asserted,
    identity: memory.identities[0] ?? null,
    records: memory.records,
    holder: holder ? candidate(memory, holder.id) : null,
    candidates: memory.accounts.map((a) => candidate(memory, a.id)),
    starterAccountId: null,
    proof: null,
    invited: memory.invitations.some((i) => i.status === 'pending' || i.status === 'accepted_waiting'),
    joined: memory.memberships.flatMap((m) =>
      keysOf(memory, m.id).includes(ANA)
        ? [{ membershipId: m.id, accountId: m.accountId, kind: 'joined' as const }]
        : [],
    ),
    conflicts: [],
  }
  const resolution = resolveSignIn(facts)
  if (resolution.kind === 'conflict') memory.conflicts.push(resolution.conflict)
  if (resolution.kind !== 'account' && resolution.kind !== 'new') return false
  const accountId = resolution.kind === 'account' ? resolution.accountId : randomUUID()
  const loaded = read(memory, resolution.kind === 'account' ? accountId : null, [ANA])
  const account =
    resolution.kind === 'account' ? loaded.account : newAccountOf(facts, accountId, resolution.proof)
  const identity = identityOf(facts, resolution, accountId, 'identity-1')
  const named = standingThis(facts) && verifiedKeys(account).includes(ANA)
  const person = {
    ...loaded,
    account,
    identities: [...loaded.identities.filter((i) => i.id !== identity.id), identity],
  }
  return settle(
    memory,
    person,
    {
      door: 'sign-in',
      rule: resolution.rule,
      namedKeys: named ? [ANA] : [],
      satisfies: 'sso',
      inPerson: true,
    },
    identityChanges(facts, resolution, identity, account, asserted),
  )
}

function reconfigure(memory: Memory, patch: Partial<PersonFacts['organization']>): boolean {
  memory.organization = { ...memory.organization, ...patch }
  if (!patch.mappings) return true
  for (const m of memory.memberships)
    settle(memory, read(memory, m.accountId, []), { door: 'configuration', rule: 'H5' }, [])
  return true
}

function settle(memory: Memory, facts: PersonFacts, over: Partial<PersonEvent>, first: Change[]): boolean {
  const settled = settlePerson(facts, event({ newMembershipId: randomUUID(), ...over }))
  if ('refused' in settled) return false
  for (const change of [...first, ...settled.changes]) write(memory, change)
  return settled.membership?.status === 'active'
}

function write(memory: Memory, change: Change): void {
  const at = new Date(memory.at)
  switch (change.kind) {
    case 'account.create':
      memory.accounts.push({ id: change.accountId, name: change.name, externalId: null, addresses: [] })
      return
    case 'address.add':
      memory.accounts = memory.accounts.map((a) =>
        a.id === change.accountId ? { ...a, addresses: [...a.addresses, change.address] } : a,
      )
      return
    case 'identity.link':
      memory.identities.push(change.identity)
      return
    case 'identity.note':
      memory.identities = memory.identities.map((i) => ({
        ...i,
        jitAt: change.jitAt,
        groups: change.groups ?? i.groups,
      }))
      return
    case 'record.bind':
      memory.records = memory.records.map((r) =>
        r.id === change.recordId ? { ...r, accountId: change.accountId } : r,
      )
      return
    case 'membership.create':
      memory.memberships.push(change.membership)
      return
    case 'membership.update':
      memory.memberships = memory.memberships.map((m) =>
        m.id === change.membership.id ? change.membership : m,
      )
      return
    case 'membership.keys':
      memory.keys.push(...change.keys.map((k) => ({ ...k, membershipId: change.membershipId })))
      return
    case 'grants.replace':
      memory.grants.set(change.membershipId, change.grants)
      return
    case 'invitation.update':
      memory.invitations = memory.invitations.map((i) =>
        i.id === change.invitationId ? { ...i, ...change.patch } : i,
      )
      return
    case 'consent.record':
      memory.consents.push({
        invitationId: change.invitationId,
        accountId: change.accountId,
        proof: change.proof,
        at,
      })
      return
    case 'conflict.open':
      memory.conflicts.push(change.conflict)
      return
    default:
      // Mails, events and struck claims change nothing that is compared here.
      return
  }
}

function read(memory: Memory, accountId: string | null, more: string[]): PersonFacts {
  const account = memory.accounts.find((a) => a.id === accountId) ?? null
  const membership = memory.memberships.find((m) => m.accountId === accountId) ?? null
  const membershipKeys = memory.keys.filter((k) => k.membershipId === membership?.id)
  const keys = [...more, ...verifiedKeys(account), ...membershipKeys.map((k) => k.key)]
  const invitations = memory.invitations.filter(
    (i) => keys.includes(i.key) || (accountId !== null && i.accountId === accountId),
  )
  return {
    now: new Date(memory.at),
    organization: memory.organization,
    account,
    membership,
    written: membership,
    membershipKeys,
    records: memory.records.filter((r) =>
      r.accountId === null ? r.emailKey !== null && keys.includes(r.emailKey) : r.accountId === accountId,
    ),
    tombstones: [],
    holds: [],
    identities: memory.identities.filter((i) => i.accountId === accountId),
    invitations,
    consents: memory.consents.filter((c) => invitations.some((i) => i.id === c.invitationId)),
    manualGrants: [],
    grants: memory.grants.get(membership?.id ?? '') ?? [],
    blocks: [],
    conflicts: [],
    approvedInvitationIds: [],
    othersJoined: [],
    heldElsewhere: [],
    otherOwners: 0,
    seatsTaken: 0,
  }
}

function candidate(memory: Memory, accountId: string) {
  return {
    accountId,
    identities: memory.identities.filter((i) => i.accountId === accountId),
    records: memory.records.filter((r) => r.accountId === accountId),
    resting: false,
    governedElsewhere: false,
    undone: false,
  }
}

function holderOf(memory: Memory, key: string): Account | null {
  return memory.accounts.find((a) => verifiedKeys(a).includes(key)) ?? null
}

function keysOf(memory: Memory, membershipId: string): string[] {
  return memory.keys.filter((k) => k.membershipId === membershipId && k.kind === 'joined').map((k) => k.key)
}

function endState(memory: Memory): EndState {
  const [m] = memory.memberships
  const grants = memory.grants.get(m?.id ?? '') ?? []
  return {
    accounts: memory.accounts.length,
    memberships: memory.memberships.length,
    status: m?.status ?? null,
    role: m?.role ?? null,
    projects: [...new Set(grants.flatMap((g) => g.projectId ?? []))].sort(),
    origins: grants.map((g) => `${g.origin.type}:${g.role ?? `#${g.projectId}`}`).sort(),
    invitations: memory.invitations
      .filter((i) => i.granting)
      .map((i) => (['accepted', 'satisfied'].includes(i.status) ? 'settled' : i.status))
      .sort(),
    questions: memory.conflicts.map((c) => c.kind),
  }
}
