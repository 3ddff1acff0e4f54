// C1 to C16, E8 and E9: whose account a pushed record is, in tables without a database.
import { describe, expect, test } from '@jest/globals'
import { followAddress, isNewPerson } from '../../src/decisions/follow-address.ts'
import { followRecord } from '../../src/decisions/follow-record.ts'
import { resolveRecord } from '../../src/decisions/resolve-record.ts'
import type { RecordFacts } from '../../src/domain/record-facts.ts'
import {
  ANA,
  account,
  address,
  daysAgo,
  invitation,
  NOW,
  openConflict,
  organization,
  ownDomain,
  person,
  push,
  record,
  tombstone,
} from './facts.ts'

const BO = 'account-bo'
const ana = { accountId: 'account-ana', resting: false, governedElsewhere: false }
const guest = { record: record({ email: 'ana@guest.test', emailKey: 'ana@guest.test' }) }
const member = (over: Partial<RecordFacts['joined'][number]> = {}) => ({
  membershipId: 'membership-ana',
  accountId: 'account-ana',
  kind: 'joined' as const,
  status: 'active',
  closed: false,
  ...over,
})

/** `bind C3 account-ana`, `new C1`, `unbound C2 invite`, `unbound C4`, `conflict E9` or `bound C6 account-ana`. */
function resolved(over: Partial<RecordFacts>): string {
  const r = resolveRecord(push(over))
  if (r.kind === 'bound' || r.kind === 'bind') return `${r.kind} ${r.rule} ${r.accountId}`
  return [r.kind, r.rule, r.kind === 'unbound' && r.invite ? 'invite' : ''].join(' ').trim()
}

describe('a pushed record', () => {
  test.each<[string, Partial<RecordFacts>, string]>([
    ['C1: of nobody in a proven domain makes an account', {}, 'new C1'],
    [
      'C1: of nobody that is inactive makes nothing, it only denies',
      { record: record({ active: false }) },
      'unbound C1',
    ],
    ['D1: of a blocked address makes no account', { blocked: true }, 'unbound D1'],
    [
      'C2: of nobody outside proven domains stays unbound, and the directory invites',
      guest,
      'unbound C2 invite',
    ],
    [
      'C2: outside proven domains that is inactive invites nobody',
      { record: { ...guest.record, active: false } },
      'unbound C2',
    ],
    ['C2: that is pushed again invites nobody again', { ...guest, created: false }, 'unbound C2'],
    [
      'C2: without an address stays unbound and invites nobody',
      { record: record({ email: null, emailKey: null }) },
      'unbound C2',
    ],
    [
      'C3: whose address an account holds in a proven domain is bound',
      { holder: ana },
      'bind C3 account-ana',
    ],
    [
      'C4: outside proven domains does not attach by its address (T-10)',
      { ...guest, holder: ana },
      'unbound C2 invite',
    ],
    [
      'C4: whose address rests does not attach by it (T-17)',
      { holder: { ...ana, resting: true } },
      'unbound C4 invite',
    ],
    [
      'C4: of an account governed elsewhere does not attach by its address',
      { holder: { ...ana, governedElsewhere: true } },
      'unbound C4 invite',
    ],
    [
      "C4: in another organization's domain does not attach by its address",
      { holder: ana, domains: [{ ...ownDomain(), organizationId: 'org-other' }] },
      'unbound C2 invite',
    ],
    [
      'C4: in a lapsed domain does not attach by its address (H2)',
      { holder: ana, domains: [ownDomain('lapsed')] },
      'unbound C2 invite',
    ],
    [
      'C6: of a member by that address in a proven domain is bound',
      { joined: [member()], holder: ana },
      'bind C6 account-ana',
    ],
    [
      'C6: of an inactive record and a member by that address binds and denies',
      { joined: [member()], record: record({ active: false }) },
      'bind C6 account-ana',
    ],
    [
      'C6: bound already stays with its account',
      { record: record({ accountId: BO }), holder: ana },
      `bound C6 ${BO}`,
    ],
    [
      'C7: outside proven domains lets an open invitation serve as its own',
      { ...guest, invitations: [invitation({ key: 'ana@guest.test' })] },
      'unbound C2',
    ],
    [
      'C9: of a member whom an administrator removed is bound, and the membership stays closed',
      { joined: [member({ status: 'removed', closed: true })] },
      'bind C6 account-ana',
    ],
    [
      'D0: of a member by that address is bound outside proven domains too',
      { ...guest, joined: [member()], holder: ana },
      'bind D0 account-ana',
    ],
    [
      'D0: under whose declared key somebody signs in here is bound',
      { ...guest, named: ['account-ana'] },
      'bind D0 account-ana',
    ],
    [
      "D0: outside proven domains the declared key binds whoever's the address is",
      { ...guest, named: ['account-ana'], holder: { ...ana, accountId: BO } },
      'bind D0 account-ana',
    ],
    [
      "T-31: outside proven domains a member's address that became another account's stays unbound",
      { ...guest, joined: [member()], holder: { ...ana, accountId: BO } },
      'unbound C2',
    ],
    [
      "C1: an address that a member's record bore later is recognised in a proven domain",
      { joined: [member({ kind: 'record' })] },
      'bind C6 account-ana',
    ],
    [
      'C2: outside proven domains it names nobody',
      { ...guest, joined: [member({ kind: 'record', status: 'waiting' })] },
      'unbound C2 invite',
    ],
    [
      'E9: of two members is a conflict',
      { joined: [member(), member({ membershipId: 'm2', accountId: BO })] },
      'conflict E9',
    ],
    [
      "E9: of a member whose address became another account's is a conflict",
      { joined: [member()], holder: { ...ana, accountId: BO } },
      'conflict E9',
    ],
    [
      'E9: whose declared key and address name two people is a conflict',
      { holder: ana, named: [BO] },
      'conflict E9',
    ],
    [
      'E9: a second live record of one directory for one account is a conflict',
      { holder: ana, accountsWithRecord: ['account-ana'] },
      'conflict E9',
    ],
    ['E9: so it is for a member', { joined: [member()], accountsWithRecord: ['account-ana'] }, 'conflict E9'],
    [
      'E9: an open question about the record keeps it unbound',
      { holder: ana, conflicts: [openConflict({ kind: 'E9', directoryUserId: 'record-ana' })] },
      'unbound E9',
    ],
    [
      'B8: an open question about its address keeps it unbound',
      { holder: ana, conflicts: [openConflict({ kind: 'B8', key: ANA })] },
      'unbound E9',
    ],
    [
      'C12: a question of another kind does not',
      { holder: ana, conflicts: [openConflict({ kind: 'C12', key: ANA })] },
      'bind C3 account-ana',
    ],
    [
      'E8: re-created within the grace time under the same externalId and user name is the same person',
      { tombstones: [tombstone()] },
      'bind E8 account-ana',
    ],
    ['E8: needs no proof of the domain', { domains: [], tombstones: [tombstone()] }, 'bind E8 account-ana'],
    [
      'E8: holds under another user name with the same address',
      { tombstones: [tombstone({ userNameKey: 'old' })] },
      'bind E8 account-ana',
    ],
    [
      'E8: while the account has another live record there is a conflict',
      { tombstones: [tombstone()], accountsWithRecord: ['account-ana'] },
      'conflict E9',
    ],
    [
      'C10: under another user name and address it is E9',
      { tombstones: [tombstone({ userNameKey: 'old', keys: ['old@acme.test'] })] },
      'conflict E9',
    ],
    [
      'C10: after the grace time it is E9',
      { tombstones: [tombstone({ deletedAt: daysAgo(31) })] },
      'conflict E9',
    ],
    [
      'E9: re-created under another externalId with the same address is a conflict (T-17)',
      { record: record({ externalId: 'u-new' }), tombstones: [tombstone()] },
      'conflict E9',
    ],
    [
      "C2: the tombstone of a record that was nobody's hinders nobody",
      { tombstones: [tombstone({ accountId: null })] },
      'new C1',
    ],
    [
      'C2: no invitation is made for a member whom people removed',
      { ...guest, joined: [member({ status: 'removed', closed: true })], holder: { ...ana, accountId: BO } },
      'unbound C2',
    ],
    ['D1: no invitation is made for a blocked address', { ...guest, blocked: true }, 'unbound C2'],
    [
      'D0: that is inactive is bound to the holder of its address in a proven domain, and denies',
      { holder: ana, record: record({ active: false }) },
      'bind C3 account-ana',
    ],
  ])('%s', (_title, facts, expected) => {
    expect(resolved(facts)).toBe(expected)
  })
})

describe('a record whose address changes', () => {
  const before = record({ accountId: 'account-ana' })
  const after = record({
    accountId: 'account-ana',
    email: 'ana.lind@acme.test',
    emailKey: 'ana.lind@acme.test',
  })
  const free = { aloneHeld: true, taken: false, givenBy: 'directory' as const }

  test('C14: moves the login address of an account that is alone held here, and tells the old and the new one', () => {
    const { rule, changes } = followAddress(person(), before, after, free)
    expect(rule).toBe('C14')
    expect(changes.map((c) => (c.kind === 'mail' ? `mail ${c.to}` : c.kind))).toEqual([
      'address.remove',
      'address.add',
      'claims.strike',
      'mail ana@acme.test',
      'mail ana.lind@acme.test',
    ])
  })

  test.each<[string, Parameters<typeof followAddress>]>([
    ['another account has the new address', [person(), before, after, { ...free, taken: true }]],
    ['the account is not alone held', [person(), before, after, { ...free, aloneHeld: false }]],
    [
      'the new address lies outside the proven domains',
      [person(), before, { ...after, email: 'ana@evil.test', emailKey: 'ana@evil.test' }, free],
    ],
    [
      'the domain lapsed',
      [person({ organization: organization({ domains: [ownDomain('lapsed')] }) }), before, after, free],
    ],
    [
      'the account never proved the old one',
      [person({ account: account({ addresses: [address('ana@guest.test')] }) }), before, after, free],
    ],
  ])('C15: changes the record alone where %s (T-09)', (_title, given) => {
    expect(followAddress(...given)).toEqual({ rule: 'C15', changes: [], facts: given[0] })
  })

  test('C15: to one that the account has proven already changes nothing more', () => {
    const both = person({
      account: account({ addresses: [address(), address('ana.lind@acme.test', { primary: false })] }),
    })
    expect(followAddress(both, before, after, free)).toEqual({ rule: null, changes: [], facts: both })
  })
})

describe('C16: a record whose externalId changes', () => {
  const bound = { accountId: 'account-ana' }
  test.each<[string, boolean, boolean, boolean]>([
    ['while active is the same person', true, true, false],
    ['as it is switched off is the same person', true, false, false],
    ['while inactive is a new person', false, false, true],
    ['together with the return to active is a new person', false, true, true],
  ])('%s', (_title, was, is, expected) => {
    expect(
      isNewPerson(record({ ...bound, active: was }), record({ ...bound, active: is, externalId: 'u-new' })),
    ).toBe(expected)
  })

  test('to the same value is the same person', () => {
    expect(isNewPerson(record({ ...bound, active: false }), record({ ...bound, active: true }))).toBe(false)
  })
})

describe("a directory's own invitation", () => {
  const own = invitation({
    invitedBy: { type: 'directory', id: 'directory-1' },
    directoryUserId: 'record-ana',
    granting: false,
  })
  const follow = (given: ReturnType<typeof invitation>[], now: ReturnType<typeof record> | null) =>
    followRecord({ now: NOW, invitations: given }, 'record-ana', now).map((c) =>
      c.kind === 'invitation.update' ? c.patch : c.kind,
    )

  test('E5: is revoked when its record is switched off', () => {
    expect(follow([own], record({ active: false }))).toEqual([
      { status: 'revoked', statusReason: 'directory' },
    ])
  })
  test('E6: is revoked when its record is deleted', () => {
    expect(follow([own], null)).toEqual([{ status: 'revoked', statusReason: 'directory' }])
  })
  test('E5: opens again when its record returns', () => {
    expect(follow([{ ...own, status: 'revoked', statusReason: 'directory' }], record())).toEqual([
      { status: 'pending', statusReason: null },
    ])
  })
  test('E5: stays revoked where another invitation is open', () => {
    const other = invitation({ id: 'invitation-2' })
    expect(follow([{ ...own, status: 'revoked', statusReason: 'directory' }, other], record())).toEqual([])
  })
  test('E5: stays revoked where an administrator revoked it', () => {
    expect(follow([{ ...own, status: 'revoked', statusReason: null }], record())).toEqual([])
  })
  test('follows its record to a new address', () => {
    const moved = record({ email: 'ana@b.test', emailKey: 'ana@b.test' })
    expect(follow([own], moved)).toEqual([{ email: 'ana@b.test', key: 'ana@b.test' }])
  })
  test('E5: that a person made stays pending when the record is switched off', () => {
    expect(follow([invitation()], record({ active: false }))).toEqual([])
  })
})
