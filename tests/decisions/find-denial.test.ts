// D1: what forbids a person the organization, in tables without a database.
import { describe, expect, test } from '@jest/globals'
import { findDenial } from '../../src/decisions/find-denial.ts'
import type { DirectoryRecord } from '../../src/domain/directory.ts'
import type { PersonFacts } from '../../src/domain/person.ts'
import {
  ANA,
  accepted,
  daysAgo,
  hoursAgo,
  identity,
  invitation,
  membership,
  openConflict,
  person,
  record,
  tombstone,
} from './facts.ts'

const GUEST = 'ana@guest.test'
const bound = (over: Partial<DirectoryRecord> = {}) => record({ accountId: 'account-ana', ...over })
const elsewhere = (over: Partial<DirectoryRecord> = {}) =>
  bound({ id: 'record-2', directoryId: 'directory-2', ...over })
const removed = (over = {}) =>
  membership({ status: 'removed', removedAt: daysAgo(4), removedBy: 'admin', ...over })

/** `suspended directory directory_inactive B10`, or null where nothing is denied. */
function denied(over: Partial<PersonFacts>): string | null {
  const facts = person(over)
  const d = findDenial(
    facts,
    facts.records.filter((r) => r.accountId === 'account-ana'),
  )
  return d && [d.status, d.statusReason, d.reason, d.rule].join(' ')
}

const INACTIVE = 'suspended directory directory_inactive B10'
const BURIED = 'suspended directory directory_inactive E6'
const REMOVED = 'removed admin removed_by_admin B11'

describe("the directory's no", () => {
  test.each<[string, Partial<PersonFacts>, string | null]>([
    ['B10: an inactive bound record denies', { records: [bound({ active: false })] }, INACTIVE],
    ['an active one denies nothing', { records: [bound()] }, null],
    [
      'D1: an inactive unbound record denies by an address that the account has verified',
      { records: [record({ active: false })] },
      INACTIVE,
    ],
    [
      'D1: not while it is asked whose it is (E9)',
      {
        records: [record({ active: false })],
        conflicts: [openConflict({ kind: 'E9', directoryUserId: 'record-ana', accountId: 'account-ana' })],
      },
      null,
    ],
    [
      'D1: and by an address that the membership was joined by',
      {
        account: null,
        membershipKeys: [{ key: GUEST, kind: 'joined' }],
        records: [record({ emailKey: GUEST, active: false })],
      },
      INACTIVE,
    ],
    [
      "D1: not by an address that is nobody's here",
      { records: [record({ emailKey: GUEST, active: false })] },
      null,
    ],
    [
      'C12: a no by one directory wins over the yes of another',
      { records: [bound({ active: false }), elsewhere()] },
      INACTIVE,
    ],
    [
      'H6: a frozen record speaks no more',
      { records: [bound({ active: false, frozenAt: daysAgo(1) })] },
      null,
    ],
    ['E6: a deleted record denies until one is bound again', { tombstones: [tombstone()] }, BURIED],
    [
      'E8: a record of the same directory that is bound again lifts it',
      { tombstones: [tombstone()], records: [bound()] },
      null,
    ],
    [
      'E9: a record that is only there lifts nothing',
      { tombstones: [tombstone()], records: [record({ externalId: 'u-new' })] },
      BURIED,
    ],
    [
      "C12: the deletion of an active record says nothing while another directory's is active",
      { tombstones: [tombstone()], records: [elsewhere()] },
      null,
    ],
    [
      'C12: the deletion of an inactive record keeps its denial',
      { tombstones: [tombstone({ wasActive: false })], records: [elsewhere()] },
      BURIED,
    ],
    [
      'E6: after the grace time the member is removed',
      { tombstones: [tombstone({ deletedAt: daysAgo(31) })] },
      'removed directory directory_inactive E6',
    ],
    [
      'E6: an invitation made within the grace time does not count against it',
      { tombstones: [tombstone()], invitations: [invitation({ createdAt: hoursAgo(1) })] },
      BURIED,
    ],
    [
      'E6: one that a person makes after it does',
      {
        tombstones: [tombstone({ deletedAt: daysAgo(40) })],
        invitations: [invitation({ createdAt: daysAgo(2) })],
      },
      null,
    ],
    [
      'E6: so does Allow',
      {
        tombstones: [tombstone({ deletedAt: daysAgo(40) })],
        membership: membership({ status: 'removed', allowedAt: daysAgo(2) }),
      },
      null,
    ],
    [
      'E6: Allow within the grace time does not',
      { tombstones: [tombstone()], membership: membership({ allowedAt: hoursAgo(1) }) },
      BURIED,
    ],
    [
      'E6: a tombstone of another person denies nothing',
      { tombstones: [tombstone({ accountId: 'account-bo' })] },
      null,
    ],
    [
      'E5: the tombstone of an unbound record denies its address',
      { tombstones: [tombstone({ accountId: null })] },
      BURIED,
    ],
    ['E5: not another address', { tombstones: [tombstone({ accountId: null, keys: [GUEST] })] }, null],
  ])('%s', (_title, facts, expected) => {
    expect(denied(facts)).toBe(expected)
  })
})

describe("people's no", () => {
  test.each<[string, Partial<PersonFacts>, string | null]>([
    [
      'A12: a suspension by an administrator denies',
      { membership: membership({ suspendedByAdminAt: daysAgo(1) }) },
      'suspended admin suspended_by_admin A12',
    ],
    [
      'E11: it outlives an active record',
      { membership: membership({ suspendedByAdminAt: daysAgo(1) }), records: [bound()] },
      'suspended admin suspended_by_admin A12',
    ],
    [
      'A12: no later invitation lifts it',
      { membership: membership({ suspendedByAdminAt: daysAgo(4) }), invitations: [invitation()] },
      'suspended admin suspended_by_admin A12',
    ],
    [
      'G4: a member held here stays suspended whatever the directory says',
      { membership: membership({ heldAt: daysAgo(1) }), records: [bound()] },
      'suspended admin suspended_by_admin A12',
    ],
    ['B11: a removal denies', { membership: removed() }, REMOVED],
    [
      'B11: a removal denies an active record and a just-in-time origin',
      { membership: removed(), records: [bound()], identities: [identity({ jitAt: daysAgo(1) })] },
      REMOVED,
    ],
    [
      'B11: who left is denied, too',
      { membership: removed({ removedBy: 'person' }) },
      'removed person left B11',
    ],
    [
      'A13: an invitation that a person made later lifts it',
      { membership: removed(), invitations: [invitation({ createdAt: daysAgo(2) })] },
      null,
    ],
    [
      'A13: so it does once it is accepted',
      { membership: removed(), invitations: [accepted({ createdAt: daysAgo(2) })] },
      null,
    ],
    [
      'A13: not one that another account took',
      { membership: removed(), invitations: [accepted({ createdAt: daysAgo(2), accountId: 'account-bo' })] },
      REMOVED,
    ],
    [
      'A13: not one made before, whenever it was extended',
      { membership: removed(), invitations: [invitation({ createdAt: daysAgo(6) })] },
      REMOVED,
    ],
    [
      'A13: not one that has expired',
      { membership: removed(), invitations: [invitation({ createdAt: daysAgo(2), expiresAt: hoursAgo(1) })] },
      REMOVED,
    ],
    [
      'A13: not one that was revoked',
      { membership: removed(), invitations: [invitation({ createdAt: daysAgo(2), status: 'revoked' })] },
      REMOVED,
    ],
    [
      "D1: not the directory's own",
      {
        membership: removed(),
        invitations: [
          invitation({ createdAt: daysAgo(2), invitedBy: { type: 'directory', id: 'directory-1' } }),
        ],
      },
      REMOVED,
    ],
    ['B11: Allow lifts it', { membership: removed({ allowedAt: daysAgo(1) }) }, null],
    [
      'B11: an Allow of an earlier removal does not',
      { membership: removed({ allowedAt: daysAgo(9) }) },
      REMOVED,
    ],
    ['D1: a block denies by a verified address', { blocks: [ANA] }, 'suspended blocked blocked D1'],
    [
      'D1: a block denies by an address held here before',
      { blocks: [GUEST], membershipKeys: [{ key: GUEST, kind: 'record' }] },
      'suspended blocked blocked D1',
    ],
    ['D1: a block of another address denies nothing', { blocks: [GUEST] }, null],
    [
      'E2: of several denials the weightiest is told',
      { membership: removed({ suspendedByAdminAt: daysAgo(5) }), records: [bound({ active: false })] },
      REMOVED,
    ],
  ])('%s', (_title, facts, expected) => {
    expect(denied(facts)).toBe(expected)
  })
})
