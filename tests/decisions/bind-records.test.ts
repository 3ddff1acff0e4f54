// D0: which unbound records are a person's, in tables without a database.
import { describe, expect, test } from '@jest/globals'
import { bindRecords } from '../../src/decisions/bind-records.ts'
import type { PersonFacts } from '../../src/domain/person.ts'
import {
  ANA,
  accepted,
  account,
  address,
  connection,
  consent,
  identity,
  openConflict,
  organization,
  person,
  record,
} from './facts.ts'

const GUEST = 'ana@guest.test'
const guestRecord = record({ emailKey: GUEST, email: GUEST })
const claimed = account({ addresses: [address(ANA, { verifiedAt: null })] })

/** `bound`, `conflict` or `left`. */
function fate(over: Partial<PersonFacts>): string {
  const { bind, conflicts } = bindRecords(person(over), null)
  return bind.length ? 'bound' : conflicts.length ? 'conflict' : 'left'
}

describe('D0: an unbound record', () => {
  test.each<[string, Partial<PersonFacts>, string]>([
    ['whose address the account has verified is bound', { records: [record()] }, 'bound'],
    ['that is inactive is bound, too, and denies', { records: [record({ active: false })] }, 'bound'],
    [
      'whose address the account only claims is left (T-02)',
      { account: claimed, records: [record()] },
      'left',
    ],
    ["whose address is nobody's here is left", { records: [guestRecord] }, 'left'],
    [
      'whose address an invitation bears that the account consented to is bound',
      { records: [guestRecord], invitations: [accepted({ key: GUEST })], consents: [consent()] },
      'bound',
    ],
    [
      'whose address is in an invitation that another account consented to is left',
      {
        records: [guestRecord],
        invitations: [accepted({ key: GUEST })],
        consents: [consent({ accountId: 'account-bo' })],
      },
      'left',
    ],
    [
      'by whose address the account is a member here is bound',
      { records: [guestRecord], membershipKeys: [{ key: GUEST, kind: 'joined' }] },
      'bound',
    ],
    [
      'whose address a record of the member bore later is left',
      { records: [guestRecord], membershipKeys: [{ key: GUEST, kind: 'record' }] },
      'left',
    ],
    [
      'whose declared key is the subject of the account is bound',
      { records: [guestRecord], identities: [identity()] },
      'bound',
    ],
    [
      'whose declared key is another one is left',
      { records: [{ ...guestRecord, externalId: 'u-bo' }], identities: [identity()] },
      'left',
    ],
    [
      "of a directory that is not the Connection's is not bound by a declared key",
      { records: [{ ...guestRecord, directoryId: 'directory-2' }], identities: [identity()] },
      'left',
    ],
    [
      'with an open question about it is left',
      { records: [record()], conflicts: [openConflict({ kind: 'E9', directoryUserId: 'record-ana' })] },
      'left',
    ],
    [
      'with an open question about its address is left',
      { records: [record()], conflicts: [openConflict({ kind: 'B8', key: ANA })] },
      'left',
    ],
    [
      'of a directory that has a record of the account already is a conflict (E9)',
      { records: [record({ id: 'r0', accountId: 'account-ana', emailKey: 'a2@acme.test' }), record()] },
      'conflict',
    ],
    [
      'of a second directory is bound, too (C12)',
      { records: [record({ id: 'r0', directoryId: 'directory-2', accountId: 'account-ana' }), record()] },
      'bound',
    ],
    [
      'whose comparable key differs from the subject is a conflict (E9)',
      { records: [record({ externalId: 'u-bo' })], identities: [identity()] },
      'conflict',
    ],
    [
      'whose key differs is bound where the key never counted',
      {
        records: [record({ externalId: 'u-bo' })],
        identities: [identity()],
        organization: organization({ connections: [connection({ comparable: false })] }),
      },
      'bound',
    ],
    ['of a frozen directory says nothing (H6)', { records: [record({ frozenAt: new Date(0) })] }, 'left'],
  ])('%s', (_title, facts, expected) => {
    expect(fate(facts)).toBe(expected)
  })

  test('R2: a declared key that matches for the first time becomes evidence from then on', () => {
    const facts = person({
      records: [record()],
      identities: [identity()],
      organization: organization({ connections: [connection({ comparable: false })] }),
    })
    expect(bindRecords(facts, null).comparable).toEqual(['connection-1'])
  })

  test('E9: two records of one directory for one address: one is bound, the other asks', () => {
    const { bind, conflicts } = bindRecords(
      person({ records: [record(), record({ id: 'record-two', externalId: null })] }),
      null,
    )
    expect([bind.map((r) => r.id), conflicts.map((c) => c.directoryUserId)]).toEqual([
      ['record-ana'],
      ['record-two'],
    ])
  })
})
