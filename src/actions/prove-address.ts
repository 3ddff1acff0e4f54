// Whose account a proven address is: its verified holder's, else a new one's, with every unverified claim of it struck (A2, A3, A7).
import type { AddressKey } from '../domain/address.ts'
import type { Change } from '../domain/change.ts'
import type { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { findHolder } from '../store/session-openings.ts'
import { apply } from './apply.ts'
import { refusalError } from './refusal-error.ts'
import type { World } from './world.ts'

export interface ProvenAddress {
  /** In its stored form, and its key. */
  address: string
  key: AddressKey
  /** The organization whose invitation led to the proof: its audit trail keeps the event. */
  organizationId: string
}

/**
 * The account of an address that was just proven by a code (P1), inside the caller's transaction. An unverified claim of another account is
 * struck and gives nothing to the newcomer (T-02 to T-06). Two at once: the unique verified key makes the second deed run again.
 */
export async function proveAddress(
  tx: Transaction,
  world: World,
  proven: ProvenAddress,
): Promise<{ accountId: string; created: boolean }> {
  const holder = await findHolder(tx, proven.key)
  if (holder?.resting) throw restingError()
  if (holder !== null) return { accountId: holder.accountId, created: false }
  const accountId = newId()
  const scope = {
    organizationId: proven.organizationId,
    actor: { type: 'person', id: accountId, accountId } as const,
  }
  await apply(tx, world, scope, [
    { kind: 'account.create', accountId, name: null },
    ...addressChanges(accountId, proven, true, world.clock.now()),
  ])
  return { accountId, created: true }
}

/** T-16, T-17: whoever reads the mailbox now need not be the one who held the address; a code there opens nothing of the former holder's. */
export function restingError(): AppError {
  return refusalError({
    rule: 'T-17',
    reason: 'identity_conflict',
    nextActor: 'org_admin',
    message: 'Another person may have used this address before.',
  })
}

/** What a code at an address writes for the account that it now belongs to. */
export function addressChanges(
  accountId: string,
  proven: ProvenAddress,
  primary: boolean,
  now: Date,
): Change[] {
  const { address, key } = proven
  return [
    { kind: 'claims.strike', key, keepAccountId: accountId },
    {
      kind: 'address.add',
      accountId,
      address: { address, key, verifiedAt: now, primary, givenBy: 'person', restingSince: null },
      proof: 'P1',
    },
    {
      kind: 'event',
      event: {
        type: 'account.address_proven',
        subject: { type: 'account', id: accountId, email: address, key },
        accountId,
        data: { proof: 'P1' },
      },
    },
  ]
}
