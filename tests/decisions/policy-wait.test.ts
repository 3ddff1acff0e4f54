// D2: what a policy makes somebody wait for, in tables without a database.
import { describe, expect, test } from '@jest/globals'
import { deriveGrants } from '../../src/decisions/derive-grants.ts'
import { policyWait } from '../../src/decisions/policy-wait.ts'
import type { Invitation } from '../../src/domain/invitation.ts'
import type { PersonFacts } from '../../src/domain/person.ts'
import {
  accepted,
  connection,
  daysAgo,
  identity,
  membership,
  organization,
  ownDomain,
  person,
  record,
} from './facts.ts'

const GUEST = 'ana@guest.test'
const required = organization({ policies: { ssoRequired: true } })
const noGuests = organization({ policies: { ssoRequired: true, guests: 'refused' } })
const twoSeats = organization({ policies: { seats: 2 } })
const lost = { role: 'admin', projectIds: [], inviterAccountId: 'account-ina', inviterRank: -1 }

function waits(over: Partial<PersonFacts>, settled: Invitation[] = [accepted()]) {
  const facts = person(over)
  const bound = facts.records.filter((r) => r.accountId === 'account-ana')
  return policyWait(facts, bound, { settled, newly: [] }, deriveGrants(facts, bound, settled))
}

describe('single sign-on is required', () => {
  test.each<[string, Partial<PersonFacts>, Invitation[] | undefined, string | null]>([
    ['A8: a consent alone waits for it', { organization: required }, undefined, 'sso'],
    ['A8: it does not wait where it is not required', {}, undefined, null],
    [
      'A8: an identity on an active Connection satisfies it',
      { organization: required, identities: [identity()] },
      undefined,
      null,
    ],
    [
      'A8: one on a Connection that is off does not',
      {
        organization: organization({
          policies: { ssoRequired: true },
          connections: [connection({ status: 'off' })],
        }),
        identities: [identity()],
      },
      undefined,
      'sso',
    ],
    [
      'H4: nor does one that rests',
      { organization: required, identities: [identity({ inactiveSince: daysAgo(1) })] },
      undefined,
      'sso',
    ],
    [
      'C7: who stands in the directory is not asked',
      { organization: required, records: [record({ accountId: 'account-ana' })] },
      undefined,
      null,
    ],
    [
      'A8: a break-glass owner is not asked',
      {
        organization: organization({
          policies: { ssoRequired: true, breakGlassAccountIds: ['account-ana'] },
        }),
      },
      undefined,
      null,
    ],
    [
      'A8: a member is never asked again',
      { organization: required, membership: membership() },
      undefined,
      null,
    ],
    [
      'E7: nor is who returns from a suspension',
      { organization: required, membership: membership({ status: 'suspended' }) },
      undefined,
      null,
    ],
    [
      'A8: who was removed is asked anew',
      { organization: required, membership: membership({ status: 'removed' }) },
      undefined,
      'sso',
    ],
    [
      'H2: a lapsed domain still obliges',
      { organization: organization({ policies: { ssoRequired: true }, domains: [ownDomain('lapsed')] }) },
      undefined,
      'sso',
    ],
    [
      'A9: an address outside the domains joins as a guest',
      { organization: required },
      [accepted({ key: GUEST })],
      null,
    ],
    [
      'A9: where guests are refused by now, the consent is kept and waits',
      { organization: noGuests },
      [accepted({ key: GUEST })],
      'guest_refused',
    ],
    ['A9: an address in the domains is no guest', { organization: noGuests }, undefined, 'sso'],
  ])('%s', (_title, facts, settled, expected) => {
    expect(waits(facts, settled)).toBe(expected)
  })
})

describe('seats and approvals', () => {
  test.each<[string, Partial<PersonFacts>, Invitation[], string | null]>([
    [
      'A17: without a seat the consent waits',
      { organization: twoSeats, seatsTaken: 2 },
      [accepted()],
      'seat',
    ],
    ['A17: with one it does not', { organization: twoSeats, seatsTaken: 1 }, [accepted()], null],
    [
      'D2: who has a seat is not asked again',
      { organization: twoSeats, seatsTaken: 5, membership: membership() },
      [accepted()],
      null,
    ],
    [
      'D2: who returns from a suspension asks for a seat',
      { organization: twoSeats, seatsTaken: 2, membership: membership({ status: 'suspended' }) },
      [accepted()],
      'seat',
    ],
    [
      'A16: a sole grant above what its inviter may give waits for approval',
      {},
      [accepted(lost)],
      'approval',
    ],
    [
      'A16: beside another grant the membership does not wait',
      {},
      [accepted(lost), accepted({ id: 'i2', role: 'viewer' })],
      null,
    ],
    [
      'D2: one reason at a time, single sign-on first',
      { organization: organization({ policies: { ssoRequired: true, seats: 0 } }) },
      [accepted(lost)],
      'sso',
    ],
    [
      'D2: then the seat',
      { organization: organization({ policies: { seats: 0 } }) },
      [accepted(lost)],
      'seat',
    ],
  ])('%s', (_title, facts, settled, expected) => {
    expect(waits(facts, settled)).toBe(expected)
  })
})
