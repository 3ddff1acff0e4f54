// D3: the authority order, C19 and A16, in tables without a database.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { deriveGrants } from '../../src/decisions/derive-grants.ts'
import type { DirectoryRecord } from '../../src/domain/directory.ts'
import type { Invitation } from '../../src/domain/invitation.ts'
import type { PersonFacts } from '../../src/domain/person.ts'
import {
  accepted,
  attributeRow,
  byHand,
  daysAgo,
  hoursAgo,
  identity,
  membership,
  organization,
  person,
  record,
  row,
} from './facts.ts'

interface Given {
  facts?: Partial<PersonFacts>
  bound?: DirectoryRecord[]
  settled?: Invitation[]
}

function derived({ facts = {}, bound = [], settled = [] }: Given) {
  return deriveGrants(person(facts), bound, settled)
}

const inEditors = record({ accountId: 'account-ana', groupIds: ['editors'] })
const groupless = record({ accountId: 'account-ana' })
const mapped = organization({ mappings: [row('editor', 'editors', { projectIds: ['seo'] })] })
const asserted = organization({ mappings: [attributeRow('editor', 'Editors')] })
const signedIn = { identities: [identity({ groups: ['Editors'], jitAt: daysAgo(3) })] }
const adminInvited = accepted({ role: 'admin', projectIds: ['blog'] })

describe('the authority order', () => {
  test.each<[string, Given, string | null]>([
    ['D3: nothing gives nothing', {}, null],
    ['D3: a directory record gives the directory default', { bound: [groupless] }, 'viewer'],
    [
      'D3: a just-in-time sign-in gives its default',
      { facts: { identities: [identity({ jitAt: daysAgo(1) })] } },
      'viewer',
    ],
    [
      'D3: the directory default outranks the just-in-time default',
      {
        facts: { ...signedIn, organization: organization({ policies: { directoryRole: 'editor' } }) },
        bound: [groupless],
      },
      'editor',
    ],
    [
      'C7: without a mapped group the invited role is kept',
      { bound: [groupless], settled: [accepted({ role: 'editor' })] },
      'editor',
    ],
    [
      'C8: without a mapped group a higher invited role is kept too',
      { bound: [groupless], settled: [adminInvited] },
      'admin',
    ],
    [
      'C8: a mapped group outranks the invitation (T-26)',
      { facts: { organization: mapped }, bound: [inEditors], settled: [adminInvited] },
      'editor',
    ],
    [
      'B3: an invitation outranks the defaults',
      { facts: signedIn, settled: [accepted({ role: 'editor' })] },
      'editor',
    ],
    [
      'D3: a role given by hand outranks an invitation',
      { facts: { manualGrants: [byHand('viewer')] }, settled: [adminInvited] },
      'viewer',
    ],
    [
      'D3: an asserted group outranks a role given by hand',
      { facts: { ...signedIn, organization: asserted, manualGrants: [byHand('admin')] } },
      'editor',
    ],
    [
      'G2: a mapped group outranks a role given by hand',
      { facts: { organization: mapped, manualGrants: [byHand('admin')] }, bound: [inEditors] },
      'editor',
    ],
    [
      'G2: but for a row that lets itself be overridden',
      {
        facts: {
          organization: organization({ mappings: [row('editor', 'editors', { overridable: true })] }),
          manualGrants: [byHand('admin')],
        },
        bound: [inEditors],
      },
      'admin',
    ],
    [
      'D3: a directory group outranks an asserted one',
      {
        facts: {
          ...signedIn,
          organization: organization({
            mappings: [attributeRow('admin', 'Editors'), row('viewer', 'editors', { position: 1 })],
          }),
        },
        bound: [inEditors],
      },
      'viewer',
    ],
    [
      'D3: the first row that matches gives the role',
      {
        facts: {
          organization: organization({
            mappings: [row('viewer', 'staff'), row('admin', 'editors', { position: 1 })],
          }),
        },
        bound: [record({ accountId: 'account-ana', groupIds: ['editors', 'staff'] })],
      },
      'viewer',
    ],
    [
      'D3: an owner is one whatever else is said',
      {
        facts: { organization: mapped, membership: membership({ ownerSince: daysAgo(9) }) },
        bound: [inEditors],
      },
      'owner',
    ],
    [
      "T-35: a row that names the owner's role gives nothing",
      { facts: { organization: organization({ mappings: [row('owner', 'editors')] }) }, bound: [inEditors] },
      'viewer',
    ],
    [
      "G6: an invitation that names the owner's role gives none",
      { settled: [accepted({ role: 'owner', projectIds: [] })] },
      null,
    ],
    [
      'D3: two invitations give the higher role',
      { settled: [accepted({ role: 'viewer' }), accepted({ id: 'i2', role: 'editor' })] },
      'editor',
    ],
    [
      'A13: an invitation that a removal ended gives nothing',
      { settled: [accepted({ endedAt: daysAgo(1) })] },
      null,
    ],
    [
      'D3: a role given by hand ended the invited one; its projects stay',
      { settled: [accepted({ roleEndedAt: daysAgo(1) })] },
      null,
    ],
    [
      "C2: a directory's own invitation gives nothing by itself",
      { settled: [accepted({ granting: false })] },
      null,
    ],
    [
      'H4: the last groups of a retired identity keep their role',
      {
        facts: {
          identities: [identity({ groups: ['Editors'], inactiveSince: daysAgo(1) })],
          organization: asserted,
        },
      },
      'editor',
    ],
    [
      'B17: an attribute that is absent clears nothing: the last groups speak',
      { facts: { identities: [identity({ groups: ['Editors'] })], organization: asserted } },
      'editor',
    ],
  ])('%s', (_title, given, expected) => {
    expect(derived(given).role).toBe(expected)
  })

  test('highest: the highest live role wins, owner apart', () => {
    const organizationOf = organization({ mappings: mapped.mappings, policies: { roleAuthority: 'highest' } })
    const given = { facts: { organization: organizationOf }, bound: [inEditors], settled: [adminInvited] }
    expect(derived(given).role).toBe('admin')
  })

  test('projects are the union of all live origins, also where a role is outranked', () => {
    const given = {
      facts: {
        organization: mapped,
        manualGrants: [byHand('viewer'), { ...byHand('x'), id: 'h2', role: null, projectId: 'shop' }],
      },
      bound: [inEditors],
      settled: [adminInvited],
    }
    expect(derived(given).projectIds).toEqual(['blog', 'seo', 'shop'])
  })

  test('invariant 9: every live origin is written, outranked ones too, and nothing else', () => {
    const given = {
      facts: { organization: mapped, ...signedIn },
      bound: [inEditors],
      settled: [adminInvited],
    }
    expect(derived(given).grants.map((g) => `${g.origin.type} ${g.role ?? g.projectId}`)).toEqual([
      'mapping editor',
      'mapping seo',
      'invitation admin',
      'invitation blog',
      'directory-default viewer',
      'jit-default viewer',
    ])
  })
})

describe('C19: who leaves the last mapped group', () => {
  const fell = record({ accountId: 'account-ana', roleFellAt: hoursAgo(1) })

  test.each<[string, Given, string]>([
    [
      'loses the role of an invitation made before, and keeps the default',
      { bound: [fell], settled: [adminInvited] },
      'viewer',
    ],
    [
      'loses a role given by hand before',
      { bound: [fell], facts: { manualGrants: [byHand('admin')] } },
      'viewer',
    ],
    [
      'keeps what an administrator gives afterwards',
      { bound: [fell], facts: { manualGrants: [byHand('editor', { givenAt: hoursAgo(0.5) })] } },
      'editor',
    ],
    [
      'keeps the role of an invitation made afterwards',
      { bound: [fell], settled: [accepted({ role: 'editor', createdAt: hoursAgo(0.5) })] },
      'editor',
    ],
  ])('%s', (_title, given, expected) => {
    expect(derived(given).role).toBe(expected)
  })

  test('keeps the projects', () => {
    expect(derived({ bound: [fell], settled: [adminInvited] }).projectIds).toEqual(['blog'])
  })

  test('leaving a group never raises anybody (T-26)', () => {
    const role = fc.constantFrom('viewer', 'editor', 'admin')
    fc.assert(
      fc.property(role, fc.option(role), fc.option(role), role, (mappedRole, invited, hand, fallback) => {
        const rank = { viewer: 10, editor: 20, admin: 30 } as Record<string, number>
        const facts = {
          organization: organization({
            mappings: [row(mappedRole, 'editors')],
            policies: { directoryRole: fallback },
          }),
          manualGrants: hand === null ? [] : [byHand(hand)],
        }
        const settled = invited === null ? [] : [accepted({ role: invited })]
        const before = derived({ facts, bound: [inEditors], settled }).role
        const after = derived({ facts, bound: [fell], settled }).role
        // The directory's own default is the floor that the mapping may lie under.
        expect(rank[after ?? 'viewer']).toBeLessThanOrEqual(
          Math.max(rank[before ?? ''] ?? 0, rank[fallback] ?? 0),
        )
      }),
    )
  })
})

describe('A16: an inviter who may no longer grant', () => {
  const lost = { inviterAccountId: 'account-ina', inviterRank: -1 }

  test('an invited role up to the default counts all the same', () => {
    expect(derived({ settled: [accepted({ role: 'viewer', ...lost })] })).toMatchObject({
      role: 'viewer',
      waiting: [],
    })
  })

  test('a higher one waits for an administrator, its projects do not (T-32)', () => {
    const { role, projectIds, waiting } = derived({ settled: [accepted({ role: 'admin', ...lost })] })
    expect({ role, projectIds, waiting: waiting.map((i) => i.id) }).toEqual({
      role: null,
      projectIds: ['blog'],
      waiting: ['invitation-1'],
    })
  })

  test('an inviter grants no more than their own rank', () => {
    const byEditor = { inviterAccountId: 'account-ina', inviterRank: 20 }
    expect(derived({ settled: [accepted({ role: 'admin', ...byEditor })] }).role).toBeNull()
    expect(derived({ settled: [accepted({ role: 'editor', ...byEditor })] }).role).toBe('editor')
  })

  test("an administrator's approval lets it count", () => {
    const facts = { approvedInvitationIds: ['invitation-1'] }
    expect(derived({ facts, settled: [accepted({ role: 'admin', ...lost })] }).role).toBe('admin')
  })

  test('what counted when the membership settled stays when the inviter goes later', () => {
    const invited = accepted({ role: 'admin', ...lost })
    const grants = [
      {
        role: 'admin',
        projectId: null,
        origin: { type: 'invitation' as const, ref: invited.id },
        because: '',
      },
    ]
    expect(derived({ facts: { grants }, settled: [invited] }).role).toBe('admin')
    const waiting = { ...invited, status: 'accepted_waiting' as const }
    expect(derived({ facts: { grants }, settled: [waiting] }).role).toBeNull()
  })
})
