// Inviting an address: one open offer at a time, mailed at once unless the caller carries it otherwise.
import { invite as decide } from '../decisions/invite.ts'
import { addressKey } from '../domain/address.ts'
import type { Change } from '../domain/change.ts'
import { carriesContact } from '../domain/contacts.ts'
import type { Invitation } from '../domain/invitation.ts'
import { OWNER, standingOf } from '../domain/organization.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { readAddressState } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import { apply } from './apply.ts'
import {
  accountBehind,
  actorOf,
  authorize,
  type Caller,
  type OrganizationRow,
  requireGrant,
} from './authorize.ts'
import { endGrace } from './end-grace.ts'
import { requireMailAllowance } from './mail-allowance.ts'
import { namedProjects } from './named-projects.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface InvitationInput {
  email: string
  role: string
  projects?: readonly string[] | undefined
  expiresAt?: Date | undefined
  message?: string | null | undefined
  language?: string | null | undefined
  deliver?: 'email' | 'none' | undefined
}

const YEAR_MS = 366 * 86_400_000
const MESSAGE_LIMIT = 500

/**
 * Makes the invitation. AppError conflict `already_member`, `member_suspended`, `directory_inactive`, `already_invited` (details.invitationId),
 * `owner_not_invitable`, `guest_refused`, `blocked`; invalid for a field; forbidden for a role above the caller; too_many where the address got its mails for the day.
 */
export async function invite(
  world: World,
  caller: Caller,
  organizationRef: string,
  input: InvitationInput,
): Promise<{ invitationId: string }> {
  return inTransaction(world, async (tx) => {
    const organization = await authorize(tx, caller, organizationRef, 'admin')
    const scope = { organizationId: organization.id, actor: actorOf(caller) }
    const draft = await draftOf(tx, world, caller, organization, input)
    await lock(tx, [`key:${draft.key}`])
    const domains = await domainsOver(tx, [draft.key])
    const proven = standingOf(draft.key, domains, organization.id) === 'this'
    if (!proven) requireHarmless(draft.message)
    let state = await readAddressState(tx, organization.id, draft.key, proven)
    if (state.member?.statusReason === 'directory' && (await endGrace(tx, world, scope, draft.key)))
      state = await readAddressState(tx, organization.id, draft.key, proven)
    const verdict = decide({
      now: draft.createdAt,
      organizationId: organization.id,
      policies: organization.policies,
      domains,
      key: draft.key,
      ...state,
    })
    if ('refused' in verdict) throw refusalError(verdict.refused)
    if (input.deliver !== 'none') await requireMailAllowance(tx, world, organization.id, draft.key)
    await apply(tx, world, scope, [
      ...verdict.supersedes.map(
        (old): Change => ({
          kind: 'invitation.update',
          invitationId: old.id,
          patch: { status: 'superseded', statusReason: null, supersededBy: draft.id },
        }),
      ),
      { kind: 'invitation.create', invitation: draft, mail: input.deliver !== 'none' },
      {
        kind: 'event',
        event: {
          type: 'invitation.created',
          subject: { type: 'invitation', id: draft.id, email: draft.email, key: draft.key },
          data: { role: draft.role, projects: input.projects ?? [] },
        },
      },
    ])
    return { invitationId: draft.id }
  })
}

async function draftOf(
  tx: Transaction,
  world: World,
  caller: Caller,
  organization: OrganizationRow,
  input: InvitationInput,
): Promise<Invitation> {
  const now = world.clock.now()
  const key = addressKey(input.email)
  if (key === null)
    throw invalidField('email', 'is not an e-mail address that can be invited', 'invalid_address')
  requireInvitable(world, caller, input.role)
  return {
    id: newId(),
    organizationId: organization.id,
    email: input.email.trim(),
    key,
    role: input.role,
    projectIds: await namedProjects(tx, organization.id, input.projects ?? []),
    expiresAt: expiryOf(now, input.expiresAt, organization.policies.invitationTtlDays),
    message: messageOf(input.message),
    language: input.language ?? null,
    invitedBy: inviterOf(caller),
    inviterAccountId: caller.kind === 'root' ? null : accountBehind(caller),
    granting: true,
    directoryUserId: null,
    status: 'pending',
    statusReason: null,
    settledAt: null,
    accountId: null,
    supersededBy: null,
    roleEndedAt: null,
    endedAt: null,
    createdAt: now,
  }
}

/** AppError conflict `owner_not_invitable` for the owner's role (G6); invalid or forbidden for others that may not be offered. */
export function requireInvitable(world: World, caller: Caller, role: string): void {
  if (role === OWNER) {
    throw refusalError({
      rule: 'G6',
      reason: 'owner_not_invitable',
      nextActor: 'inviter',
      message: 'Nobody is invited as owner: invite the person as admin, then promote the member.',
    })
  }
  const found = requireGrant(world, caller, role)
  if (!found.invitable) throw invalidField('role', `${role} is not invitable`)
}

/** The date of expiry: the organization's default, or any time ahead within a year. */
export function expiryOf(now: Date, wanted: Date | undefined, ttlDays: number): Date {
  if (!wanted) return new Date(now.getTime() + ttlDays * 86_400_000)
  if (wanted <= now) throw invalidField('expiresAt', 'lies in the past')
  if (wanted.getTime() - now.getTime() > YEAR_MS)
    throw invalidField('expiresAt', 'lies more than a year ahead')
  return wanted
}

function messageOf(message: string | null | undefined): string | null {
  const text = message?.trim()
  if (!text) return null
  if (text.length > MESSAGE_LIMIT) throw invalidField('message', `has more than ${MESSAGE_LIMIT} characters`)
  return text
}

/** T-30: an organization without a proven domain carries no addresses and numbers to strangers. */
function requireHarmless(message: string | null): void {
  if (message === null) return
  if (carriesContact(message)) {
    throw new AppError(
      'invalid',
      'invalid',
      'The message may hold neither links nor telephone numbers while the invited domain is not proven.',
      {
        details: { errors: [{ path: 'message', message: 'may hold neither links nor telephone numbers' }] },
      },
    )
  }
}

function inviterOf(caller: Caller): Invitation['invitedBy'] {
  if (caller.kind === 'root') return { type: 'host', id: null }
  return caller.kind === 'key'
    ? { type: 'key', id: caller.keyId }
    : { type: 'member', id: caller.membershipId }
}
