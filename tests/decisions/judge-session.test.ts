import { describe, expect, test } from '@jest/globals'
import { judgeSession, type SessionFacts } from '../../src/decisions/judge-session.ts'

const active = {
  status: 'active',
  statusReason: null,
  consented: true,
  owner: false,
  joinedKeys: ['a@x.test'],
}
const facts = (more: Partial<SessionFacts>): SessionFacts => ({
  proof: { type: 'host', key: null, connectionStatus: null },
  account: { id: 'ana', verifiedKeys: ['a@x.test', 'p@x.test'], primaryKey: 'p@x.test' },
  membership: active,
  policies: { ssoRequired: false, breakGlassAccountIds: [], guests: 'allowed' },
  governed: true,
  ...more,
})
const code = (key: string) => ({ type: 'code' as const, key, connectionStatus: null })
const saml = (connectionStatus: string | null) => ({ type: 'saml' as const, key: null, connectionStatus })
const member = (more: Partial<typeof active>) => ({ ...active, ...more })
const sso = { ssoRequired: true, breakGlassAccountIds: [], guests: 'allowed' as const }

describe('a session', () => {
  test.each<[string, Partial<SessionFacts>, string | null]>([
    ['of the host product opens an active membership', {}, null],
    ['opens nothing without a membership', { membership: null }, 'unknown_person'],
    [
      'opens no membership that waits for single sign-on',
      { membership: member({ status: 'waiting', statusReason: 'sso' as never }) },
      'sso_required',
    ],
    [
      'opens no membership that waits for a seat',
      { membership: member({ status: 'waiting', statusReason: 'seat' as never }) },
      'seat_unavailable',
    ],
    [
      'opens no membership that waits for approval',
      { membership: member({ status: 'waiting', statusReason: 'approval' as never }) },
      'approval_required',
    ],
    [
      'opens no membership that the directory suspended',
      { membership: member({ status: 'suspended', statusReason: 'directory' as never }) },
      'directory_inactive',
    ],
    [
      'opens no membership that an administrator suspended',
      { membership: member({ status: 'suspended', statusReason: 'admin' as never }) },
      'suspended_by_admin',
    ],
    [
      'opens no membership of a blocked address',
      { membership: member({ status: 'suspended', statusReason: 'blocked' as never }) },
      'blocked',
    ],
    [
      'opens no membership that was removed',
      { membership: member({ status: 'removed', statusReason: 'admin' as never }) },
      'removed_by_admin',
    ],
    [
      'opens no membership that was left',
      { membership: member({ status: 'removed', statusReason: 'person' as never }) },
      'left',
    ],
    ['by a code at the primary address opens what the person agreed to', { proof: code('p@x.test') }, null],
    [
      'by a code at the primary address does not open what was made without consent',
      { proof: code('p@x.test'), membership: member({ consented: false }) },
      'proof_required',
    ],
    [
      'by a code at the address it was joined by opens it without consent too',
      { proof: code('a@x.test'), membership: member({ consented: false }) },
      null,
    ],
    [
      'by a code at another address opens nothing',
      {
        account: { id: 'ana', verifiedKeys: ['o@x.test', 'p@x.test'], primaryKey: 'p@x.test' },
        proof: code('o@x.test'),
      },
      'proof_required',
    ],
    [
      'by a code at an address that left the account opens nothing',
      { proof: code('gone@x.test') },
      'address_unproven',
    ],
    [
      'H3: by a code opens nothing under required single sign-on',
      { proof: code('p@x.test'), policies: sso },
      'sso_required',
    ],
    [
      'H3: of the host product opens nothing under required single sign-on',
      { policies: sso },
      'sso_required',
    ],
    ['H3: by the active Connection opens it', { proof: saml('active'), policies: sso }, null],
    [
      'H3: by a Connection that is switched off opens nothing',
      { proof: saml('off'), policies: sso },
      'sso_required',
    ],
    [
      'H3: of a break-glass owner opens it',
      { membership: member({ owner: true }), policies: { ...sso, breakGlassAccountIds: ['ana'] } },
      null,
    ],
    [
      'H3: of an owner who is not named does not',
      { membership: member({ owner: true }), policies: sso },
      'sso_required',
    ],
    [
      'H3: of a named account that is no owner does not',
      { policies: { ...sso, breakGlassAccountIds: ['ana'] } },
      'sso_required',
    ],
    ['A9: of a guest opens it while guests are allowed', { governed: false, policies: sso }, null],
    [
      'A9: of a guest opens nothing once guests are refused',
      { governed: false, policies: { ...sso, guests: 'refused' } },
      'sso_required',
    ],
  ])('%s', (_, more, expected) => {
    expect(judgeSession(facts(more))).toBe(expected)
  })
})
