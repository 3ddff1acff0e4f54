// Accepting: a proven account says yes, and the membership that follows from all facts comes to be.
import { takeInvitation } from '../decisions/take-invitation.ts'
import type { Proof } from '../domain/account.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Actor, Refusal } from '../domain/reason.ts'
import { notFound } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { readInvitation } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import { recordRefusal } from './record-refusal.ts'
import { refusalError } from './refusal-error.ts'
import { loadLocked, settle } from './settle.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface Acceptance {
  invitationId: string
  accountId: string
  proof: Proof
  /** The host product answers for an account that does not hold the invited address. */
  addressWaived?: boolean | undefined
  actor: Actor
}

/** Idempotent for the same account (A19). AppError conflict with the reason; a refusal leaves only its record. */
export async function acceptInvitation(
  world: World,
  acceptance: Acceptance,
): Promise<{ invitationId: string; membershipId: string | null }> {
  const result = await inTransaction(world, (tx) => acceptIn(tx, world, acceptance))
  if (!('refused' in result)) return result
  const { refused, invitation } = result
  const subject = {
    type: 'invitation' as const,
    id: invitation.id,
    email: invitation.email,
    key: invitation.key,
  }
  await recordRefusal(
    world,
    { organizationId: invitation.organizationId, actor: acceptance.actor },
    'invitation.acceptance_refused',
    subject,
    refused,
    acceptance.accountId,
  )
  throw refusalError(refused)
}

type Accepted =
  | { invitationId: string; membershipId: string | null }
  | { refused: Refusal; invitation: Invitation }

/** The same inside the caller's transaction: a refusal is answered, written nowhere, and the caller may undo what came before it. */
export async function acceptIn(tx: Transaction, world: World, acceptance: Acceptance): Promise<Accepted> {
  const { invitationId, accountId, proof } = acceptance
  const known = await readInvitation(tx, invitationId)
  if (!known) throw notFound('The invitation')
  await lock(tx, [`key:${known.key}`])
  const loaded = await loadLocked(tx, world, {
    organizationId: known.organizationId,
    accountId,
    keys: [known.key],
    recordIds: [],
  })
  if (!loaded.account) throw notFound('The account')
  const invitation = loaded.invitations.find((i) => i.id === invitationId)
  if (!invitation) throw notFound('The invitation')
  const refused = takeInvitation(loaded, invitation, acceptance.addressWaived ?? false)
  if (refused) return { refused, invitation }
  const settled = await settle(
    tx,
    world,
    { organizationId: known.organizationId, actor: acceptance.actor },
    withConsent(loaded, invitation, acceptance),
    {
      door: 'acceptance',
      rule: 'A1',
      namedKeys: [],
      satisfies: null,
      boundRecordId: null,
      email: invitation.email,
      displayName: null,
      inPerson: true,
      newMembershipId: newId(),
    },
    { first: [{ kind: 'consent.record', invitationId, accountId, proof }], event: null },
  )
  return 'refused' in settled
    ? { refused: settled.refused, invitation }
    : { invitationId, membershipId: settled.membership?.id ?? null }
}

function withConsent(
  facts: PersonFacts,
  invitation: Invitation,
  { accountId, proof }: Acceptance,
): PersonFacts {
  const given = facts.consents.some((c) => c.invitationId === invitation.id)
  return given
    ? facts
    : {
        ...facts,
        consents: [...facts.consents, { invitationId: invitation.id, accountId, proof, at: facts.now }],
      }
}
