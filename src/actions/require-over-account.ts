// Whether the caller may act on whoever has an account here: owners are for owners and the host product alone.
import { OWNER } from '../domain/organization.ts'
import type { Transaction } from '../store/database.ts'
import { isOwnerAccount } from '../store/owners.ts'
import { type Caller, requireOver } from './authorize.ts'

/** AppError forbidden where the account is an owner's, suspended or not, and the caller is neither an owner nor the host product. */
export async function requireOverAccount(
  tx: Transaction,
  caller: Caller,
  organizationId: string,
  accountId: string | null,
): Promise<void> {
  if (accountId !== null && (await isOwnerAccount(tx, organizationId, accountId))) requireOver(caller, OWNER)
}
