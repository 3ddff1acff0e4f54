// What would help, as calls of this product's own interface that the reader may send as they stand.
import type { AddressKey } from '../domain/address.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { type Invitation, isExpired, isOpen } from '../domain/invitation.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { ReasonCode } from '../domain/reason.ts'
import { invitationFor } from './dry-acceptance.ts'

export interface Fix {
  label: string
  method: string
  href: string
  body: unknown
}

export interface FixFacts {
  person: PersonFacts
  key: AddressKey
  email: string
  /** Whether the host product itself reads, which alone may accept for a person. */
  root: boolean
  conflicts: readonly { id: string; kind: string; choices: readonly string[]; detail: string }[]
  approvals: readonly { id: string }[]
  /** The organization's claim on the domain of the address. */
  domain: { id: string; status: string } | null
  /** Where a sign-in by the organization's active Connection begins; null without one. */
  signInUrl: string | null
}

const API = '/api/v1'
const REVIVABLE_MS = 90 * 86_400_000

/** The likeliest first; empty where nobody here can do anything. */
export function fixesFor(code: ReasonCode, facts: FixFacts): Fix[] {
  switch (code) {
    case 'awaiting_person':
    case 'account_exists':
    case 'address_unproven':
    case 'proof_required':
    case 'wrong_account':
    case 'superseded':
      return reminders(facts)
    case 'delivery_failed':
      return carried(facts, ['link', 'email'])
    case 'expired':
    case 'revoked':
    case 'declined':
    case 'removed_by_admin':
    case 'left':
    case 'unknown_person':
      return [...answers(facts, 'C9'), ...revived(facts), ...signIn(facts)]
    case 'directory_inactive':
      return [...answers(facts, 'C12'), ...activated(facts)]
    case 'deprovision_held':
      return (['confirm', 'restore'] as const).map((choice) =>
        fix(
          answerLabel(choice),
          'POST',
          `${API}/conflicts/${facts.person.membership?.brakeHoldId}/resolution`,
          { choice },
        ),
      )
    case 'identity_conflict':
      return answers(facts, null)
    case 'suspended_by_admin':
    case 'member_suspended':
      return [...answers(facts, 'C9'), ...restored(facts)]
    case 'approval_required':
    case 'inviter_lost_authority':
      return facts.approvals.map((a) =>
        fix('Confirm the role', 'POST', `${API}/approvals/${a.id}/decision`, { approve: true }),
      )
    default:
      return settings(code, facts)
  }
}

/** What a policy, a connection or a domain keeps from happening. */
function settings(code: ReasonCode, facts: FixFacts): Fix[] {
  const { person, key } = facts
  const organization = `${API}/organizations/${person.organization.id}`
  switch (code) {
    case 'blocked':
      return [fix('Lift the block', 'DELETE', `${organization}/blocks/${encodeURIComponent(key)}`, null)]
    case 'seat_unavailable':
      return [
        fix('Add a seat', 'PATCH', organization, { policies: { seats: person.seatsTaken + 1 } }),
        fix('Count no seats', 'PATCH', organization, { policies: { seats: null } }),
      ]
    case 'guest_refused':
      return [fix('Take guests', 'PATCH', organization, { policies: { guests: 'allowed' } })]
    case 'sso_required':
      return [...signIn(facts), ...activations(facts, 'off', 'test'), ...carried(facts, ['email'])]
    case 'jit_off':
      return [
        invitation(facts),
        fix('Let people of proven domains join by signing in', 'PATCH', organization, {
          policies: { jitProvisioning: true },
        }),
      ]
    case 'domain_unproven':
      return [...proofs(facts, organization), ...reminders(facts)]
    case 'connection_off':
      return activations(facts, 'off', 'test')
    case 'test_mode':
      return activations(facts, 'test')
    case 'idp_initiated_off':
      return [
        ...signIn(facts),
        ...connections(facts, 'active', (id) =>
          fix('Take sign-ins that start at the identity provider', 'PATCH', `${API}/connections/${id}`, {
            idpInitiated: 'accept',
          }),
        ),
      ]
    case 'attribute_missing':
    case 'saml_response_invalid':
      return connections(facts, 'active', (id) =>
        fix('See which check failed', 'GET', `${API}/connections/${id}/sign-ins`, null),
      )
    case 'request_unknown':
    case 'assertion_replayed':
      return signIn(facts)
    default:
      return []
  }
}

function reminders(facts: FixFacts): Fix[] {
  const open = openInvitation(facts)
  return open
    ? [...accepted(facts, open), ...carried(facts, ['email', 'link']), ...signIn(facts)]
    : [...signIn(facts), invitation(facts)]
}

/** The host product may say yes for a person whom it has proven itself. */
function accepted({ root, person }: FixFacts, open: Invitation): Fix[] {
  const { account } = person
  if (!root || !account) return []
  const href = `${API}/invitations/${open.id}/acceptance`
  return [fix('Accept for the person, whom you have proven', 'POST', href, { accountId: account.id })]
}

function carried(facts: FixFacts, channels: readonly ('email' | 'link')[]): Fix[] {
  const open = openInvitation(facts)
  if (!open) return []
  const labels = { email: 'Send the invitation again', link: 'Copy a link to hand over yourself' }
  const href = `${API}/invitations/${open.id}/deliveries`
  return channels.map((channel) => fix(labels[channel], 'POST', href, { channel }))
}

function revived(facts: FixFacts): Fix[] {
  const { person, key } = facts
  const last = invitationFor(person, key)
  const ago = last ? person.now.getTime() - last.expiresAt.getTime() : 0
  const extension =
    last && isExpired(last, person.now) && ago <= REVIVABLE_MS
      ? [
          fix('Give the invitation 7 more days', 'POST', `${API}/invitations/${last.id}/extension`, {
            days: 7,
          }),
        ]
      : []
  return [...extension, invitation(facts)]
}

function invitation({ person, email, key }: FixFacts): Fix {
  const last = invitationFor(person, key)
  const role = last?.invitedBy.type === 'directory' ? null : last?.role
  const href = `${API}/organizations/${person.organization.id}/invitations`
  return fix('Invite the person', 'POST', href, { email, role: role ?? person.organization.policies.jitRole })
}

function answers({ conflicts }: FixFacts, kind: string | null): Fix[] {
  const asked = conflicts.filter((c) => (kind === null ? ['B8', 'E9'].includes(c.kind) : c.kind === kind))
  const helpful = (choice: string) => kind === null || choice === 'allow'
  return asked.flatMap((c) =>
    c.choices
      .filter(helpful)
      .map((choice) => fix(answerLabel(choice), 'POST', `${API}/conflicts/${c.id}/resolution`, { choice })),
  )
}

function answerLabel(choice: string): string {
  const labels: Record<string, string> = {
    allow: 'Allow the person again',
    keep: 'Keep the account for its present holder',
    replace: 'It is the same person: let the new one take the place of the old one',
    new_account: 'It is another person: make an account of their own',
    confirm: 'The directory meant it: suspend everybody whom it switched off',
    restore: 'It was a mistake: keep everybody whom it switched off',
  }
  return labels[choice] ?? choice
}

function restored({ person }: FixFacts): Fix[] {
  const { membership } = person
  if (!membership) return []
  return [fix('Lift the suspension', 'DELETE', `${API}/members/${membership.id}/suspension`, null)]
}

/** Only the directory can say yes again: the call is its own, with its own token. */
function activated({ person, key }: FixFacts): Fix[] {
  const theirs = (r: DirectoryRecord) => r.emailKey === key || r.accountId === person.account?.id
  return person.records
    .filter((r) => !r.active && r.frozenAt === null && theirs(r))
    .map((r) =>
      fix('Turn the person on in the directory', 'PATCH', `/scim/v2/${r.directoryId}/Users/${r.id}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'active', value: true }],
      }),
    )
}

function proofs({ domain, key, root }: FixFacts, organization: string): Fix[] {
  if (domain)
    return domain.status === 'verified'
      ? []
      : [
          fix(
            'Prove the domain',
            'POST',
            `${organization}/domains/${domain.id}/verification`,
            root ? { attested: true } : null,
          ),
        ]
  return [fix('Claim the domain', 'POST', `${organization}/domains`, { domain: key.split('@')[1] })]
}

function signIn({ signInUrl }: FixFacts): Fix[] {
  return signInUrl === null ? [] : [fix('Let the person sign in here', 'GET', signInUrl, null)]
}

function activations(facts: FixFacts, ...states: ('off' | 'test')[]): Fix[] {
  const { person } = facts
  if (person.organization.connections.some((c) => c.status === 'active')) return []
  return states.flatMap((state) =>
    connections(facts, state, (id) =>
      fix('Activate the connection', 'PATCH', `${API}/connections/${id}`, { status: 'active' }),
    ),
  )
}

function connections({ person }: FixFacts, status: string, make: (id: string) => Fix): Fix[] {
  return person.organization.connections.filter((c) => c.status === status).map((c) => make(c.id))
}

function openInvitation({ person, key }: FixFacts): Invitation | null {
  const found = invitationFor(person, key)
  return found && isOpen(found, person.now) ? found : null
}

function fix(label: string, method: string, href: string, body: unknown): Fix {
  return { label, method, href, body }
}
