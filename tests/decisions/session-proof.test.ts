import { describe, expect, test } from '@jest/globals'
import { sessionProof } from '../../src/decisions/session-proof.ts'
import type { SessionView } from '../../src/domain/session.ts'

const now = new Date('2026-03-02T09:00:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const address = (key: string, more = {}) => ({
  address: key,
  key,
  verified: true,
  primary: false,
  resting: false,
  ...more,
})
const session = (more: Partial<SessionView>): SessionView => ({
  id: 's',
  account: {
    id: 'ana',
    name: null,
    email: 'p@x.test',
    addresses: [
      address('p@x.test', { primary: true }),
      address('a@x.test'),
      address('rest@x.test', { resting: true }),
      address('claim@x.test', { verified: false }),
    ],
  },
  organization: null,
  membership: null,
  authenticatedBy: { type: 'host', connectionId: null },
  proofKey: null,
  ownProofAt: null,
  createdAt: ago(60),
  expiresAt: ago(-60),
  ...more,
})
const invited = (key = 'a@x.test', more = {}) => ({
  key,
  organizationId: 'acme',
  administers: false,
  ...more,
})
const saml = { type: 'saml' as const, connectionId: 'c' }
const code = { type: 'code' as const, connectionId: null }
const acme = { id: 'acme', name: 'Acme', slug: 'acme' }
const bolt = { id: 'bolt', name: 'Bolt', slug: 'bolt' }

describe('a session and an invitation', () => {
  test.each<[string, Partial<SessionView>, ReturnType<typeof invited>, string]>([
    ['A1: a host session proves every address that the account holds', {}, invited(), 'P2'],
    ['A4: it does not prove an address that the account does not hold', {}, invited('b@x.test'), 'other'],
    ['a mere claim is not held', {}, invited('claim@x.test'), 'other'],
    ['a resting address is proven by a code alone', {}, invited('rest@x.test'), 'holder'],
    [
      'a code at the primary address proves the others',
      { authenticatedBy: code, proofKey: 'p@x.test' },
      invited(),
      'P2',
    ],
    [
      'a code at the invited address proves it',
      { authenticatedBy: code, proofKey: 'a@x.test' },
      invited(),
      'P2',
    ],
    [
      'a code at another address does not',
      { authenticatedBy: code, proofKey: 'a@x.test' },
      invited('p@x.test'),
      'holder',
    ],
    [
      'a Connection proves its own organization’s invitations',
      { authenticatedBy: saml, organization: acme },
      invited(),
      'P2',
    ],
    [
      'T-37: it does not prove another organization’s',
      { authenticatedBy: saml, organization: bolt },
      invited(),
      'holder',
    ],
    [
      'T-37: but with a fresh own proof it does',
      { authenticatedBy: saml, organization: bolt, ownProofAt: ago(5) },
      invited(),
      'P2',
    ],
    [
      'T-37: an older own proof is none for it',
      { authenticatedBy: saml, organization: bolt, ownProofAt: ago(11) },
      invited(),
      'holder',
    ],
    [
      'T-25: an hour-old session does not prove for a role that administers',
      {},
      invited('a@x.test', { administers: true }),
      'holder',
    ],
    ['T-25: a fresh one does', { createdAt: ago(9) }, invited('a@x.test', { administers: true }), 'P2'],
    [
      'T-25: and so does a fresh own proof',
      { ownProofAt: ago(9) },
      invited('a@x.test', { administers: true }),
      'P2',
    ],
  ])('%s', (_, more, wanted, expected) => {
    expect(sessionProof(session(more), wanted, now)).toBe(expected)
  })
})
