// A person accepts at their invitation's page: by a code at the invited address (P1) or by a session that proves them (P2).
import type { SessionView } from '../domain/session.ts'
import type { Transaction } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import { acceptIn } from './accept-invitation.ts'
import { type CodeVerdict, checkCode } from './check-code.ts'
import { codeRefusal } from './code-refusal.ts'
import { openAfterJoining } from './open-after-joining.ts'
import { proveAddress } from './prove-address.ts'
import type { InvitationCard } from './read-invitation-card.ts'
import { refusalError } from './refusal-error.ts'
import { refuseAlone } from './refuse-alone.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface PersonAcceptance {
  card: InvitationCard
  browser: string
  /** The session that the browser holds; with a code it is replaced. */
  present: SessionView | null
  /** Six digits, or null where the session proves the person (`card.viewer` is `P2`). */
  code: string | null
}

export interface AcceptedByPerson {
  /** A session in place of the present one; null where the present one stays. */
  token: string | null
  expiresAt: Date
  /** Whether the address had an account before (A3); told only now that it is proven. */
  existing: boolean
}

/**
 * Proof, account, consent, membership and session in one transaction: a refused person leaves no account behind (invariant 12). AppError
 * unprocessable `code_wrong` or `code_expired`, conflict with the reason of the refusal.
 */
export async function acceptAsPerson(world: World, acceptance: PersonAcceptance): Promise<AcceptedByPerson> {
  const result = await refuseAlone(world, acceptance.card, () =>
    inTransaction(world, (tx) => proveAndAccept(tx, world, acceptance)),
  )
  if (!result.ok) throw codeRefusal(result)
  return result.accepted
}

type Wrong = Extract<CodeVerdict, { ok: false }>

async function proveAndAccept(
  tx: Transaction,
  world: World,
  acceptance: PersonAcceptance,
): Promise<{ ok: true; accepted: AcceptedByPerson } | Wrong> {
  const { card, present } = acceptance
  // First of all, so that no push and no sign-in of the same address waits for us crosswise.
  await lock(tx, [`key:${card.key}`])
  const person = await provenPerson(tx, world, acceptance)
  if (!person.ok) return person
  const { accountId, existing, proof } = person
  const actor = { type: 'person', id: accountId, accountId } as const
  const { invitationId, organizationId } = card
  const accepted = await acceptIn(tx, world, { invitationId, accountId, proof, actor })
  // Thrown, so that an account that was only just made is undone with the rest.
  if ('refused' in accepted) throw refusalError(accepted.refused)
  const provenKey = proof === 'P1' ? card.key : null
  const opened = await openAfterJoining(tx, world, { accountId, organizationId, provenKey, present })
  return { ok: true, accepted: { ...opened, existing } }
}

type Person = { ok: true; accountId: string; existing: boolean; proof: 'P1' | 'P2' } | Wrong

async function provenPerson(
  tx: Transaction,
  world: World,
  { card, browser, present, code }: PersonAcceptance,
): Promise<Person> {
  if (code === null) {
    if (present === null || card.viewer !== 'P2') return { ok: false, reason: 'code_expired', triesLeft: 0 }
    return { ok: true, accountId: present.account.id, existing: true, proof: 'P2' }
  }
  const { invitationId, key, organizationId } = card
  const verdict = await checkCode(tx, world, { purpose: 'accept', key, browser, invitationId }, code)
  if (!verdict.ok) return verdict
  const { accountId, created } = await proveAddress(tx, world, { address: card.email, key, organizationId })
  return { ok: true, accountId, existing: !created, proof: 'P1' }
}
