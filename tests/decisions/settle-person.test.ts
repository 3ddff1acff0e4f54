// D0 to D6 together: from the facts about one person to the one membership that follows, without a database.
import { describe, expect, test } from '@jest/globals'
import { settlePerson } from '../../src/decisions/settle-person.ts'
import type { PersonEvent, PersonFacts } from '../../src/domain/person.ts'
import {
  ANA,
  accepted,
  account,
  address,
  byHand,
  consent,
  daysAgo,
  event,
  hoursAgo,
  identity,
  invitation,
  membership,
  ofKind,
  organization,
  person,
  record,
  row,
  said,
  signInEvent,
  tombstone,
} from './facts.ts'

const GUEST = 'ana@guest.test'
const bound = record({ accountId: 'account-ana' })
const jit = { identities: [identity({ jitAt: daysAgo(1) })] }
const acceptance = (over: Partial<PersonEvent> = {}) =>
  event({ door: 'acceptance', rule: 'A1', inPerson: true, ...over })

function settled(facts: Partial<PersonFacts>, happening: PersonEvent) {
  const result = settlePerson(person(facts), happening)
  if ('refused' in result) throw new Error(`refused: ${said(result.decision)}`)
  return result
}

function refused(facts: Partial<PersonFacts>, happening: PersonEvent) {
  const result = settlePerson(person(facts), happening)
  if (!('refused' in result)) throw new Error(`not refused: ${said(result.decision)}`)
  return `${result.refused.rule} ${result.refused.reason} ${result.refused.nextActor}`
}

/** `active admin blog` as it stands after the event. */
function outcome(facts: Partial<PersonFacts>, happening: PersonEvent) {
  const { membership: m, derived } = settled(facts, happening)
  return m && [m.status, m.statusReason, m.role, ...(derived?.projectIds ?? [])].filter(Boolean).join(' ')
}

function invitationsAfter(facts: Partial<PersonFacts>, happening: PersonEvent) {
  return ofKind(settled(facts, happening).changes, 'invitation.update').map((c) =>
    [c.patch.status, c.patch.statusReason].filter(Boolean).join(' '),
  )
}

describe('accepting', () => {
  const pending = { invitations: [invitation()], consents: [consent()] }

  test('A1: the invitation gives membership, role and projects, and is accepted', () => {
    expect(outcome(pending, acceptance())).toBe('active editor blog')
    expect(invitationsAfter(pending, acceptance())).toEqual(['accepted'])
  })

  test('A1: the membership is joined by the invited address and known by it', () => {
    const guest = { invitations: [invitation({ key: GUEST })], consents: [consent()] }
    const result = settled(guest, acceptance({ email: GUEST }))
    expect(ofKind(result.changes, 'membership.keys').flatMap((c) => c.keys)).toEqual([
      { key: GUEST, kind: 'joined' },
    ])
    expect(result.membership).toMatchObject({ email: GUEST, consentedAt: expect.any(Date) })
  })

  test('A8: where single sign-on is required the consent is kept and the membership waits', () => {
    const facts = { ...pending, organization: organization({ policies: { ssoRequired: true } }) }
    expect(outcome(facts, acceptance())).toBe('waiting sso editor blog')
    expect(invitationsAfter(facts, acceptance())).toEqual(['accepted_waiting sso'])
  })

  test('A8: the sign-in that returns completes it', () => {
    const waiting = invitation({ status: 'accepted_waiting', statusReason: 'sso', accountId: 'account-ana' })
    const facts = {
      organization: organization({ policies: { ssoRequired: true } }),
      membership: membership({ status: 'waiting', statusReason: 'sso' }),
      invitations: [waiting],
      consents: [consent()],
      ...jit,
    }
    expect(outcome(facts, signInEvent({ rule: 'R4' }))).toBe('active editor blog')
    expect(invitationsAfter(facts, signInEvent({ rule: 'R4' }))).toEqual(['accepted'])
  })

  test('A10: a member who accepts gains the origin and never a lower role', () => {
    const facts = { ...pending, membership: membership({ role: 'admin' }), manualGrants: [byHand('admin')] }
    expect(outcome(facts, acceptance())).toBe('active admin blog')
    expect(invitationsAfter(facts, acceptance())).toEqual(['accepted'])
  })

  test('A10: an owner who accepts stays owner', () => {
    const facts = { ...pending, membership: membership({ role: 'owner', ownerSince: daysAgo(9) }) }
    expect(outcome(facts, acceptance())).toBe('active owner blog')
  })

  test('A11: who is suspended by the directory is refused, and the invitation stays pending (T-27)', () => {
    expect(refused({ ...pending, records: [record({ active: false })] }, acceptance())).toBe(
      'B10 directory_inactive idp_admin',
    )
  })

  test('A12: who is suspended by an administrator is refused', () => {
    expect(
      refused({ ...pending, membership: membership({ suspendedByAdminAt: daysAgo(1) }) }, acceptance()),
    ).toBe('A12 suspended_by_admin org_admin')
  })

  test('A13: who was removed and is invited later rejoins with fresh grants', () => {
    const facts = {
      membership: membership({
        status: 'removed',
        statusReason: 'admin',
        role: 'admin',
        removedAt: daysAgo(4),
        removedBy: 'admin',
      }),
      invitations: [
        accepted({
          id: 'old',
          role: 'admin',
          projectIds: ['shop'],
          createdAt: daysAgo(90),
          endedAt: daysAgo(4),
        }),
        invitation({ createdAt: daysAgo(1) }),
      ],
      consents: [consent()],
    }
    expect(outcome(facts, acceptance())).toBe('active editor blog')
    expect(settled(facts, acceptance()).membership).toMatchObject({ removedAt: null, removedBy: null })
  })

  test('A16: an inviter who lost the right leaves the membership waiting for approval (T-32)', () => {
    const facts = {
      invitations: [invitation({ role: 'admin', projectIds: [], inviterAccountId: 'i', inviterRank: -1 })],
      consents: [consent()],
    }
    const result = settled(facts, acceptance())
    expect(result.membership).toMatchObject({ status: 'waiting', statusReason: 'approval' })
    expect(ofKind(result.changes, 'approval.ask')).toHaveLength(1)
    expect(said(result.decision)).toBe('A1 wait approval_required')
  })

  test('A19: the same acceptance again changes nothing', () => {
    const facts = person(pending)
    const first = settlePerson(facts, acceptance())
    if ('refused' in first || !first.membership) throw new Error('refused')
    const again = settlePerson(
      {
        ...facts,
        membership: first.membership,
        written: first.membership,
        membershipKeys: [{ key: ANA, kind: 'joined' }],
        grants: first.derived?.grants ?? [],
        invitations: [accepted()],
      },
      acceptance(),
    )
    expect('changes' in again && again.changes).toEqual([])
  })
})

describe('signing in', () => {
  test('B1: a member is let in, and the name that the provider gives is kept', () => {
    const result = settled({ ...jit, membership: membership() }, signInEvent({ displayName: 'Ana Lind' }))
    expect(result.membership).toMatchObject({ status: 'active', displayName: 'Ana Lind' })
  })

  test('B2: a just-in-time origin joins with its default', () => {
    expect(outcome(jit, signInEvent())).toBe('active viewer')
  })

  test('B3: an open invitation for the asserted address is satisfied, and its role is given', () => {
    const facts = { ...jit, invitations: [invitation()] }
    expect(outcome(facts, signInEvent())).toBe('active editor blog')
    expect(invitationsAfter(facts, signInEvent())).toEqual(['satisfied sso'])
  })

  test('B3: a mapped group outranks it all the same', () => {
    const facts = {
      ...jit,
      invitations: [invitation({ role: 'admin' })],
      records: [{ ...bound, groupIds: ['editors'] }],
      organization: organization({ mappings: [row('viewer', 'editors')] }),
    }
    expect(outcome(facts, signInEvent())).toBe('active viewer blog')
  })

  test('B3: an address that the sign-in may not name satisfies nothing', () => {
    const facts = { ...jit, invitations: [invitation({ key: GUEST })] }
    expect(invitationsAfter(facts, signInEvent())).toEqual([])
  })

  test('B9: without any origin the sign-in is refused', () => {
    const organizationOf = organization({ policies: { jitProvisioning: false } })
    expect(refused({ organization: organizationOf, identities: [identity()] }, signInEvent())).toBe(
      'B9 jit_off org_admin',
    )
  })

  test('B10: an inactive record refuses before anything is written (T-28)', () => {
    expect(
      refused({ ...jit, records: [record({ active: false })], invitations: [invitation()] }, signInEvent()),
    ).toBe('B10 directory_inactive idp_admin')
  })

  test('B11: who was removed is not let in by just-in-time joining', () => {
    const facts = {
      ...jit,
      membership: membership({ status: 'removed', removedAt: daysAgo(1), removedBy: 'admin' }),
    }
    expect(refused(facts, signInEvent())).toBe('B11 removed_by_admin org_admin')
  })

  test('B13: an expired invitation gives nothing, the default is given', () => {
    const facts = { ...jit, invitations: [invitation({ role: 'admin', expiresAt: hoursAgo(1) })] }
    expect(outcome(facts, signInEvent())).toBe('active viewer')
    expect(invitationsAfter(facts, signInEvent())).toEqual([])
  })

  test('B14: a revoked invitation gives nothing, the default is given', () => {
    const facts = { ...jit, invitations: [invitation({ role: 'admin', status: 'revoked' })] }
    expect(outcome(facts, signInEvent())).toBe('active viewer')
  })

  test('D0: an unbound record of the person is bound by the sign-in, and its groups speak', () => {
    const facts = {
      ...jit,
      records: [record({ groupIds: ['editors'] })],
      organization: organization({ mappings: [row('editor', 'editors')] }),
    }
    expect(outcome(facts, signInEvent())).toBe('active editor')
    expect(ofKind(settled(facts, signInEvent()).changes, 'record.bind')).toHaveLength(1)
  })
})

describe('a push', () => {
  test('C6: an owner whom the directory pushes stays owner', () => {
    const facts = { membership: membership({ role: 'owner', ownerSince: daysAgo(9) }), records: [bound] }
    expect(outcome(facts, event())).toBe('active owner')
  })

  test('C7: a pending invitation for the same address is satisfied by the directory, its role kept', () => {
    const facts = { invitations: [invitation()], records: [bound] }
    const push = event({ namedKeys: [ANA], satisfies: 'directory', boundRecordId: 'record-ana' })
    expect(outcome(facts, push)).toBe('active editor blog')
    expect(invitationsAfter(facts, push)).toEqual(['satisfied directory'])
  })

  test("C15: a record that bears another account's address satisfies no invitation to that", () => {
    const facts = {
      records: [{ ...bound, email: 'bo@acme.test', emailKey: 'bo@acme.test' }],
      invitations: [invitation({ key: 'bo@acme.test' })],
      heldElsewhere: ['bo@acme.test'],
    }
    expect(invitationsAfter(facts, event())).toEqual([])
    expect(invitationsAfter({ ...facts, heldElsewhere: [] }, event())).toEqual(['satisfied directory'])
  })

  test('C9: the record of somebody removed is kept, the membership stays closed, and an administrator is asked', () => {
    const facts = {
      membership: membership({
        status: 'removed',
        statusReason: 'admin',
        removedAt: daysAgo(1),
        removedBy: 'admin',
      }),
      records: [bound],
    }
    const result = settled(facts, event({ boundRecordId: 'record-ana' }))
    expect(result.membership?.status).toBe('removed')
    expect(ofKind(result.changes, 'conflict.open').map((c) => c.conflict.kind)).toEqual(['C9'])
    expect(ofKind(settled(facts, event()).changes, 'conflict.open')).toEqual([])
  })

  test('C12: one directory switches off whom another has: suspended, and an administrator is asked', () => {
    const facts = {
      membership: membership(),
      records: [
        { ...bound, active: false },
        record({ id: 'r2', directoryId: 'directory-2', accountId: 'account-ana' }),
      ],
    }
    const result = settled(facts, event())
    expect(result.membership).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    expect(ofKind(result.changes, 'conflict.open').map((c) => c.conflict.kind)).toEqual(['C12'])
  })

  test('C12: who stands in the conflicts queue is not asked about twice', () => {
    const facts = {
      membership: membership({
        status: 'suspended',
        statusReason: 'directory',
        directorySuspendedAt: daysAgo(1),
      }),
      records: [
        { ...bound, active: false },
        record({ id: 'r2', directoryId: 'directory-2', accountId: 'account-ana' }),
      ],
    }
    expect(ofKind(settled(facts, event()).changes, 'conflict.open')).toEqual([])
  })
})

describe('a directory switches off and on', () => {
  const off = { ...bound, active: false, inactiveSince: hoursAgo(1) }
  const invited = accepted({ role: 'admin' })
  const origin = {
    role: 'admin',
    projectId: null,
    origin: { type: 'invitation' as const, ref: invited.id },
    because: '',
  }

  test('E1: the member is suspended, grants are kept, sessions end', () => {
    const facts = {
      membership: membership({ role: 'admin' }),
      records: [off],
      invitations: [invited],
      grants: [origin],
    }
    const result = settled(facts, event())
    expect(result.membership).toMatchObject({
      status: 'suspended',
      statusReason: 'directory',
      role: 'admin',
      directorySuspendedAt: off.inactiveSince,
    })
    expect(result.derived?.grants.map((g) => g.role ?? g.projectId)).toEqual(['admin', 'blog', 'viewer'])
    expect(ofKind(result.changes, 'sessions.end')).toHaveLength(1)
  })

  test('E1: a pending invitation of that person stays pending', () => {
    const facts = { membership: membership(), records: [off], invitations: [invitation()] }
    expect(invitationsAfter(facts, event({ namedKeys: [ANA], satisfies: 'directory' }))).toEqual([])
  })

  test('E2: a suspension covers what was given by hand', () => {
    const facts = { membership: membership(), records: [off], manualGrants: [byHand('admin')] }
    expect(outcome(facts, event())).toBe('suspended directory admin')
  })

  test('E3: the last owner who can sign in is guarded; their sessions end all the same', () => {
    const facts = {
      membership: membership({ role: 'owner', ownerSince: daysAgo(9) }),
      records: [off],
      otherOwners: 0,
    }
    const result = settled(facts, event())
    expect(result.membership).toMatchObject({ status: 'active', role: 'owner', guardCause: 'record-ana' })
    expect(ofKind(result.changes, 'sessions.end')).toHaveLength(1)
    expect(ofKind(result.changes, 'event').map((c) => c.event.type)).toEqual(['owner.guarded'])
  })

  test('E3: a guarded owner may sign in', () => {
    const facts = {
      membership: membership({ role: 'owner', ownerSince: daysAgo(9), guardCause: 'record-ana' }),
      records: [off],
      otherOwners: 0,
      ...jit,
    }
    expect(outcome(facts, signInEvent())).toBe('active owner')
  })

  test('E3: an owner beside another who can sign in is suspended', () => {
    const facts = {
      membership: membership({ role: 'owner', ownerSince: daysAgo(9) }),
      records: [off],
      otherOwners: 1,
    }
    expect(settled(facts, event()).membership?.status).toBe('suspended')
  })

  test('E3: the guard ends when another owner can sign in', () => {
    const facts = {
      membership: membership({ role: 'owner', ownerSince: daysAgo(9), guardCause: 'record-ana' }),
      records: [off],
      otherOwners: 1,
    }
    expect(settled(facts, event()).membership).toMatchObject({ status: 'suspended', guardCause: null })
  })

  test("E3: an administrator's own suspension is not guarded", () => {
    const facts = {
      membership: membership({ role: 'owner', ownerSince: daysAgo(9), suspendedByAdminAt: hoursAgo(1) }),
      records: [off],
      otherOwners: 0,
    }
    expect(settled(facts, event()).membership).toMatchObject({ status: 'suspended', statusReason: 'admin' })
  })

  test('E6: the deletion leaves the member suspended; after the grace time removed', () => {
    const facts = { membership: membership(), tombstones: [tombstone()] }
    expect(settled(facts, event()).membership).toMatchObject({
      status: 'suspended',
      statusReason: 'directory',
    })
    const later = {
      membership: membership({
        status: 'suspended',
        statusReason: 'directory',
        directorySuspendedAt: daysAgo(31),
      }),
      tombstones: [tombstone({ deletedAt: daysAgo(31) })],
    }
    expect(settled(later, event()).membership).toMatchObject({ status: 'removed', removedBy: 'directory' })
  })

  const back = (since: Date) => ({
    membership: membership({
      status: 'suspended',
      statusReason: 'directory',
      directorySuspendedAt: since,
      createdAt: daysAgo(200),
    }),
    records: [bound],
    invitations: [accepted({ role: 'admin', createdAt: daysAgo(100) })],
    manualGrants: [byHand('editor', { givenAt: daysAgo(90) })],
  })

  test('E7: within 30 days all of it returns', () => {
    expect(outcome(back(daysAgo(29)), event())).toBe('active editor blog')
  })

  test('E7: later what hands and invitations gave does not', () => {
    const result = settled(back(daysAgo(30)), event())
    expect([result.membership?.status, result.membership?.role, result.derived?.projectIds]).toEqual([
      'active',
      'viewer',
      [],
    ])
    expect(result.changes.map((c) => c.kind)).toEqual(
      expect.arrayContaining(['invitation.update', 'manual.end']),
    )
  })

  test('E7: later ownership does not return either; within 30 days it does (invariant 10)', () => {
    const owner = (since: Date) => ({
      ...back(since),
      manualGrants: [],
      membership: { ...back(since).membership, ownerSince: daysAgo(150) },
      otherOwners: 1,
    })
    expect(settled(owner(daysAgo(3)), event()).membership?.role).toBe('owner')
    expect(settled(owner(daysAgo(40)), event()).membership).toMatchObject({
      role: 'viewer',
      ownerSince: null,
    })
  })

  test('E8: the record that is bound again ends the tombstone', () => {
    const facts = {
      membership: membership({
        status: 'suspended',
        statusReason: 'directory',
        directorySuspendedAt: daysAgo(3),
      }),
      tombstones: [tombstone()],
      records: [bound],
    }
    const result = settled(facts, event({ boundRecordId: 'record-ana' }))
    expect(result.membership?.status).toBe('active')
    expect(ofKind(result.changes, 'tombstone.end')).toHaveLength(1)
  })

  test('E11: an active record does not lift what an administrator suspended', () => {
    const facts = {
      membership: membership({ status: 'suspended', statusReason: 'admin', suspendedByAdminAt: daysAgo(1) }),
      records: [bound],
    }
    expect(settled(facts, event()).membership).toMatchObject({ status: 'suspended', statusReason: 'admin' })
  })
})

describe('nobody and nothing', () => {
  test('an event about nobody changes nothing', () => {
    expect(settled({ account: null }, event()).changes).toEqual([])
  })

  test('invariant 10: a person is made owner by no invitation, mapping, default or record', () => {
    const facts = {
      ...jit,
      account: account({ addresses: [address()] }),
      organization: organization({
        policies: { jitRole: 'owner', directoryRole: 'owner' },
        mappings: [row('owner', 'editors')],
      }),
      records: [{ ...bound, groupIds: ['editors'] }],
      invitations: [accepted({ role: 'owner' })],
      manualGrants: [byHand('owner')],
    }
    expect(settled(facts, event()).membership?.role ?? null).toBeNull()
  })
})
