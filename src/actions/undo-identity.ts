// Undoes an automatic link of a single sign-on identity, at the word of the account's owner (B5).
import type { Change } from '../domain/change.ts'
import { declaredMatches, type PersonFacts } from '../domain/person.ts'
import type { SessionView } from '../domain/session.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { findOwnIdentity, undoIdentityRow } from '../store/identity-undos.ts'
import { settleHand } from './member-deed.ts'
import { recordEvent } from './record-event.ts'
import { loadLocked } from './settle.ts'
import { requireOwnProof } from './start-connecting.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const UNDO_DAYS = 7
type OwnIdentity = NonNullable<Awaited<ReturnType<typeof findOwnIdentity>>>

/**
 * Ends the link, its sessions, what just-in-time joining gave by it and the binding of a record that this subject declares. AppError forbidden
 * `own_proof_required`; conflict `undo_too_late` after seven days or for a link that the person made.
 */
export async function undoIdentity(world: World, session: SessionView, identityId: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const identity = await findOwnIdentity(tx, session.account.id, identityId)
    if (identity === null) throw notFound('The identity')
    requireOwnProof(world, session)
    const now = world.clock.now()
    const age = now.getTime() - identity.createdAt.getTime()
    if (!identity.automatic || age > UNDO_DAYS * 86_400_000) {
      throw new AppError(
        'conflict',
        'undo_too_late',
        `Only an automatic link can be undone, within ${UNDO_DAYS} days.`,
      )
    }
    const { organizationId, accountId } = identity
    const facts = await loadLocked(tx, world, { organizationId, accountId, keys: [], recordIds: [] })
    await undoIdentityRow(tx, identity, now)
    const actor = { type: 'person' as const, id: accountId, accountId }
    const { first, rest } = withoutLink(facts, identity)
    if (facts.membership !== null) {
      await settleHand(tx, world, { organizationId, actor }, rest, {
        rule: 'B5',
        type: 'identity.undone',
        first,
        data: { identityId },
      })
      return
    }
    await recordEvent(tx, world, {
      organizationId,
      type: 'identity.undone',
      actor,
      subject: { type: 'account', id: accountId },
      accountId,
      decision: { rule: 'B5', outcome: 'change' },
      data: { identityId },
    })
  })
}

/** The facts as they are without the link, and the changes that unbind the record which its subject declared. */
function withoutLink(facts: PersonFacts, identity: OwnIdentity): { first: Change[]; rest: PersonFacts } {
  const { connections } = facts.organization
  const connection = connections.find((one) => one.id === identity.connectionId)
  const key = identity.directoryKey
  const bound = facts.records.filter(
    (record) =>
      connection !== undefined &&
      key !== null &&
      record.accountId === identity.accountId &&
      record.directoryId === connection.directoryId &&
      declaredMatches(record, connection.directoryMatch, key),
  )
  const first = bound.flatMap((record): Change[] => [
    { kind: 'record.unbind', record, mistaken: true },
    {
      kind: 'conflict.open',
      conflict: {
        kind: 'E9',
        key: record.emailKey,
        accountId: identity.accountId,
        connectionId: identity.connectionId,
        subject: identity.subject,
        directoryUserId: record.id,
        membershipId: facts.membership?.id ?? null,
        choices: ['keep', 'replace', 'new_account'],
        detail: 'The person undid the link between this sign-in and their account.',
      },
    },
  ])
  const rest = {
    ...facts,
    identities: facts.identities.filter((one) => one.id !== identity.id),
    records: facts.records.filter((record) => !bound.includes(record)),
  }
  return { first, rest }
}
