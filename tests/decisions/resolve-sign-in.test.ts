// R1 to R8 and what turns them into B8, in tables without a database.
import { describe, expect, test } from '@jest/globals'
import { type Resolution, resolveSignIn } from '../../src/decisions/resolve-sign-in.ts'
import type { SignInFacts } from '../../src/domain/sign-in-facts.ts'
import {
  ANA,
  candidate,
  connection,
  identity,
  openConflict,
  organization,
  ownDomain,
  profile,
  record,
  signIn,
  subject,
} from './facts.ts'

const GUEST = 'ana@guest.test'
const BO = 'account-bo'

/** `account R4 account-ana P3`, `new R7 P3`, `prove R5`, `conflict B8` or `refused B9 jit_off`. */
function resolved(over: Partial<SignInFacts>): string {
  return line(resolveSignIn(signIn(over)))
}

function line(r: Resolution): string {
  if (r.kind === 'account') return `account ${r.rule} ${r.accountId} ${r.proof}`
  if (r.kind === 'new') return `new ${r.rule} ${r.proof}`
  if (r.kind === 'refused') return `refused ${r.rule} ${r.refusal.reason}`
  return `${r.kind} ${r.rule}`
}

const outside = { profile: profile({ emailKey: GUEST }), organization: organization({ domains: [] }) }
const holder = candidate()
const anotherSubject = identity({ subject: subject('u-other'), directoryKey: 'u-other' })

describe('R1: an exact identity', () => {
  const known = { identity: identity(), candidates: [candidate({ identities: [identity()] })] }

  test.each<[string, Partial<SignInFacts>, string]>([
    [
      'is its account, whatever address is asserted',
      { ...known, profile: profile({ emailKey: GUEST }) },
      'account R1 account-ana P2',
    ],
    ['needs no address', { ...known, profile: profile({ emailKey: null }) }, 'account R1 account-ana P2'],
    [
      'is its account though another one holds the address',
      { ...known, holder: candidate({ accountId: BO }) },
      'account R1 account-ana P2',
    ],
    [
      'waits while a question about the account is open',
      { ...known, conflicts: [openConflict({ accountId: 'account-ana' })] },
      'refused B8 identity_conflict',
    ],
    [
      'waits while a question about the address is open',
      { ...known, conflicts: [openConflict({ kind: 'E9', key: ANA })] },
      'refused B8 identity_conflict',
    ],
    [
      'is not held by a question of another kind',
      { ...known, conflicts: [openConflict({ kind: 'C12', accountId: 'account-ana' })] },
      'account R1 account-ana P2',
    ],
    [
      "is a conflict where its declared key names another account's record",
      { ...known, records: [record({ accountId: BO })] },
      'conflict B8',
    ],
    [
      'is a conflict where its declared key names an unbound record and the account has one of its own',
      {
        identity: identity(),
        records: [record({ id: 'record-new' })],
        candidates: [
          candidate({
            identities: [identity()],
            records: [record({ id: 'record-own', externalId: 'u-old', accountId: 'account-ana' })],
          }),
        ],
      },
      'conflict B8',
    ],
    [
      'takes no evidence from a declared key that was never set and never matched',
      { ...known, records: [record({ accountId: BO })], connection: connection({ comparable: false }) },
      'account R1 account-ana P2',
    ],
  ])('R1: %s', (_title, facts, expected) => {
    expect(resolved(facts)).toBe(expected)
  })
})

describe('R2: a bound record', () => {
  const bound = record({ accountId: 'account-ana' })

  test.each<[string, Partial<SignInFacts>, string]>([
    [
      'matched by externalId gives its account',
      { records: [bound], candidates: [candidate({ records: [bound] })] },
      'account R2 account-ana P3',
    ],
    [
      'matched by externalId gives its account outside proven domains too',
      { ...outside, records: [bound], candidates: [candidate({ records: [bound] })] },
      'account R2 account-ana P3',
    ],
    [
      'matched by externalId to the letter only',
      { ...outside, profile: profile({ emailKey: GUEST, directoryKey: 'U-ANA' }), records: [bound] },
      'prove R5',
    ],
    [
      'matched by userName in any ASCII case',
      {
        profile: profile({ emailKey: null, directoryKey: 'ANA@Acme.test' }),
        connection: connection({ directoryMatch: 'userName' }),
        records: [bound],
        candidates: [candidate({ records: [bound] })],
      },
      'account R2 account-ana P3',
    ],
    [
      'matched by userName never by a letter that only looks alike (T-20)',
      {
        profile: profile({ emailKey: null, directoryKey: 'mıke@acme.test' }),
        connection: connection({ directoryMatch: 'userName' }),
        records: [
          record({ userName: 'mike@acme.test', userNameKey: 'mike@acme.test', accountId: 'account-ana' }),
        ],
      },
      'refused R0 attribute_missing',
    ],
    [
      'matched by its address in a proven domain gives its account',
      {
        profile: profile({ directoryKey: null }),
        records: [bound],
        candidates: [candidate({ records: [bound] })],
      },
      'account R2 account-ana P3',
    ],
    [
      'matched by its address is a conflict where another subject is on the account (T-17)',
      {
        profile: profile({ directoryKey: null }),
        records: [bound],
        candidates: [candidate({ records: [bound], identities: [anotherSubject] })],
      },
      'conflict B8',
    ],
    [
      'matched by its address is a conflict where another account has proven the address',
      {
        profile: profile({ directoryKey: null }),
        records: [bound],
        candidates: [candidate({ records: [bound] })],
        holder: candidate({ accountId: BO }),
      },
      'conflict B8',
    ],
    [
      'matched by its address under another comparable key is a conflict, as the other order of the two would be (E9)',
      {
        profile: profile({ directoryKey: 'u-new' }),
        records: [bound],
        candidates: [candidate({ records: [bound] })],
      },
      'conflict B8',
    ],
    [
      'matched by its address outside proven domains says nothing',
      {
        ...outside,
        profile: profile({ emailKey: GUEST, directoryKey: null }),
        records: [record({ emailKey: GUEST, accountId: 'account-ana' })],
      },
      'prove R5',
    ],
    [
      "of a directory that is not this Connection's is no match, but recognised (T-17)",
      {
        profile: profile({ directoryKey: null }),
        records: [record({ directoryId: 'directory-2', accountId: 'account-ana' })],
      },
      'conflict B8',
    ],
    [
      'C16: matched by its own key adds the new subject beside the old one',
      { records: [bound], candidates: [candidate({ records: [bound], identities: [anotherSubject] })] },
      'account R2 account-ana P3',
    ],
    [
      'waits while a question about its account is open',
      { records: [bound], conflicts: [openConflict({ kind: 'E9', accountId: 'account-ana' })] },
      'refused B8 identity_conflict',
    ],
  ])('R2: %s', (_title, facts, expected) => {
    expect(resolved(facts)).toBe(expected)
  })
})

describe('R3: who connects single sign-on', () => {
  const starter = { starterAccountId: 'account-ana', candidates: [candidate()] }

  test.each<[string, Partial<SignInFacts>, string]>([
    [
      'is linked, wherever the asserted address lies',
      { ...outside, ...starter },
      'account R3 account-ana P2',
    ],
    [
      'is linked without an asserted address',
      { ...starter, profile: profile({ emailKey: null }) },
      'account R3 account-ana P2',
    ],
    [
      "is a conflict where the address is another account's",
      { ...starter, holder: candidate({ accountId: BO }) },
      'conflict B8',
    ],
    [
      'is a conflict where another subject is on the account',
      { starterAccountId: 'account-ana', candidates: [candidate({ identities: [anotherSubject] })] },
      'conflict B8',
    ],
    [
      'does not outrank the identity that is known (R1)',
      { ...starter, identity: identity({ accountId: BO }) },
      `account R1 ${BO} P2`,
    ],
  ])('R3: %s', (_title, facts, expected) => {
    expect(resolved(facts)).toBe(expected)
  })

  test('R3: a link that the person made is not an automatic one', () => {
    expect(resolveSignIn(signIn(starter))).toMatchObject({ automatic: false, link: true })
  })
})

describe('R4 and R5: an account holds the address verified', () => {
  test.each<[string, Partial<SignInFacts>, string]>([
    ['R4: in a proven domain it is linked', { holder }, 'account R4 account-ana P3'],
    [
      'R5: in no proven domain it is proven first (B6, T-07)',
      { holder, organization: organization({ domains: [] }) },
      'prove R5',
    ],
    [
      "R5: in another organization's domain it is proven first (T-01)",
      { holder, organization: organization({ domains: [{ ...ownDomain(), organizationId: 'org-other' }] }) },
      'prove R5',
    ],
    [
      'R5: in a domain that lapsed it is proven first (H2, T-16)',
      { holder, organization: organization({ domains: [ownDomain('lapsed')] }) },
      'prove R5',
    ],
    [
      'R5: in a domain that is contested it is proven first (H2)',
      { holder, organization: organization({ domains: [ownDomain('contested')] }) },
      'prove R5',
    ],
    [
      'R5: in a subdomain of the proven domain it is proven first (T-15)',
      { holder, profile: profile({ emailKey: 'ana@eng.acme.test' }) },
      'prove R5',
    ],
    ['R5: a resting address is proven first (T-17)', { holder: candidate({ resting: true }) }, 'prove R5'],
    [
      'R5: a code at a resting address is no proof',
      { holder: candidate({ resting: true }), proof: { kind: 'P1', key: ANA } },
      'prove R5',
    ],
    [
      'R5: an own proof of the account is one',
      { holder: candidate({ resting: true }), proof: { kind: 'P2', accountId: 'account-ana' } },
      'account R5 account-ana P2',
    ],
    [
      'R5: an own proof of another account is none',
      { holder: candidate({ resting: true }), proof: { kind: 'P2', accountId: BO } },
      'prove R5',
    ],
    [
      'R5: an account governed elsewhere is proven first',
      { holder: candidate({ governedElsewhere: true }) },
      'prove R5',
    ],
    ['R5: a link that was undone is proven first', { holder: candidate({ undone: true }) }, 'prove R5'],
    [
      'R5: after an undo a code does not suffice',
      { holder: candidate({ undone: true }), proof: { kind: 'P1', key: ANA } },
      'prove R5',
    ],
    [
      'R5: after an undo an own proof links again',
      { holder: candidate({ undone: true }), proof: { kind: 'P2', accountId: 'account-ana' } },
      'account R5 account-ana P2',
    ],
    [
      'R5: outside proven domains a code at the address links (B6)',
      { ...outside, holder, proof: { kind: 'P1', key: GUEST } },
      'account R5 account-ana P1',
    ],
    [
      'R5: a code at another address does not',
      { ...outside, holder, proof: { kind: 'P1', key: ANA } },
      'prove R5',
    ],
    [
      'B8: another subject of this Connection on the account is a conflict',
      { holder: candidate({ identities: [anotherSubject] }) },
      'conflict B8',
    ],
    [
      'B8: so it is after a proof',
      { ...outside, holder: candidate({ identities: [anotherSubject] }), proof: { kind: 'P1', key: GUEST } },
      'conflict B8',
    ],
    [
      'B8: before the proof nobody learns of it (T-31)',
      { ...outside, holder: candidate({ identities: [anotherSubject] }) },
      'prove R5',
    ],
    [
      'B8: a record here under another comparable key is a conflict',
      { holder: candidate({ records: [record({ externalId: 'u-other', accountId: 'account-ana' })] }) },
      'conflict B8',
    ],
    [
      'R4: a record here under another key that never counted is none',
      {
        holder: candidate({ records: [record({ externalId: 'u-other', accountId: 'account-ana' })] }),
        connection: connection({ comparable: false }),
      },
      'account R4 account-ana P3',
    ],
    [
      'B8: an open question about the address is waited for',
      { holder, conflicts: [openConflict({ key: ANA })] },
      'refused B8 identity_conflict',
    ],
  ])('%s', (_title, facts, expected) => {
    expect(resolved(facts)).toBe(expected)
  })
})

describe('R6 to R8: nobody holds the address verified', () => {
  const noJit = organization({ policies: { jitProvisioning: false } })

  test.each<[string, Partial<SignInFacts>, string]>([
    ['R7: in a proven domain just-in-time joining makes an account', {}, 'new R7 P3'],
    ['R7: so does an open invitation', { organization: noJit, invited: true }, 'new R7 P3'],
    ['R7: so does an active record', { organization: noJit, records: [record()] }, 'new R7 P3'],
    ['B9: without any of them the sign-in is refused', { organization: noJit }, 'refused B9 jit_off'],
    [
      'B10: an inactive record refuses (T-28)',
      { records: [record({ active: false })] },
      'refused B10 directory_inactive',
    ],
    [
      'R7: a membership joined by the address before is a conflict (T-17)',
      { joined: [{ membershipId: 'm', accountId: BO, kind: 'joined' }] },
      'conflict B8',
    ],
    [
      'R7: so is one whose record bore it later',
      { joined: [{ membershipId: 'm', accountId: BO, kind: 'record' }] },
      'conflict B8',
    ],
    [
      'R7: an open question about the address is waited for',
      { conflicts: [openConflict({ key: ANA })] },
      'refused B8 identity_conflict',
    ],
    [
      'R0: without exactly one address nobody is named',
      { profile: profile({ emailKey: null }) },
      'refused R0 attribute_missing',
    ],
    ['B4: outside proven domains the address is proven first (T-31)', outside, 'prove R5'],
    ['B4: with an invitation too', { ...outside, invited: true }, 'prove R5'],
    [
      'B4: after the proof an invitation makes an account',
      { ...outside, invited: true, proof: { kind: 'P1', key: GUEST } },
      'new B4 P1',
    ],
    [
      'R8: after the proof without an invitation nothing names the person',
      { ...outside, proof: { kind: 'P1', key: GUEST } },
      'refused R8 domain_unproven',
    ],
    [
      'R5: an own proof of some account does not prove an address that it does not hold',
      { ...outside, invited: true, proof: { kind: 'P2', accountId: BO } },
      'prove R5',
    ],
    [
      'outside proven domains an address that a record bore later names nobody',
      {
        ...outside,
        invited: true,
        proof: { kind: 'P1', key: GUEST },
        joined: [{ membershipId: 'm', accountId: BO, kind: 'record' }],
      },
      'new B4 P1',
    ],
  ])('%s', (_title, facts, expected) => {
    expect(resolved(facts)).toBe(expected)
  })

  test('T-31: before a proof the answers for an address with and without an account are the same', () => {
    expect(resolveSignIn(signIn(outside))).toEqual(resolveSignIn(signIn({ ...outside, holder })))
  })
})
