// Giving an address to a new account of its next holder, by an administrator's answer in a domain that the organization has proven (T-17).
import type { Account, AccountAddress } from '../domain/account.ts'
import type { AddressKey } from '../domain/address.ts'
import type { Change } from '../domain/change.ts'
import { standingOf } from '../domain/organization.ts'
import { newId } from '../kernel/ids.ts'
import { readHolder } from '../store/account-reads.ts'
import { passAddressOn } from '../store/conflict-answers.ts'
import type { Transaction } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { apply, type Scope } from './apply.ts'
import { refusalError } from './refusal-error.ts'
import type { World } from './world.ts'

export interface Moving {
  /** Null for a newcomer without an address. */
  key: AddressKey | null
  /** The address as it is written. */
  address: string | null
  /** The account that has, or had, the address. */
  from: Account | null
  name: string | null
  givenBy: 'directory' | 'connection'
}

/**
 * Makes the account and answers its id. The former holder keeps everything but the address and is told at their other ones. AppError conflict
 * `domain_unproven` outside the organization's proven domains, `identity_conflict` where a third account holds the address.
 */
export async function moveAddress(
  tx: Transaction,
  world: World,
  scope: Scope,
  moving: Moving,
): Promise<string> {
  const { key, address, from } = moving
  const accountId = newId()
  const created: Change = { kind: 'account.create', accountId, name: moving.name }
  if (key === null || address === null) {
    await apply(tx, world, scope, [created])
    return accountId
  }
  await requireMovable(tx, scope, key, from)
  const at = world.clock.now()
  const held = from?.addresses.some((a) => a.key === key) ?? false
  const owned: AccountAddress = {
    address,
    key,
    verifiedAt: at,
    primary: true,
    givenBy: moving.givenBy,
    restingSince: null,
  }
  await apply(tx, world, scope, [
    ...(held && from ? [{ kind: 'address.remove', accountId: from.id, key } as const] : []),
    created,
    { kind: 'claims.strike', key, keepAccountId: accountId },
    { kind: 'address.add', accountId, address: owned, proof: 'P3' },
    ...(held && from ? told(from, key, address) : []),
  ])
  const { organizationId } = scope
  await passAddressOn(tx, { organizationId, key, from: from?.id ?? null }, at)
  return accountId
}

async function requireMovable(
  tx: Transaction,
  scope: Scope,
  key: AddressKey,
  from: Account | null,
): Promise<void> {
  const domains = await domainsOver(tx, [key])
  if (standingOf(key, domains, scope.organizationId) !== 'this') {
    throw refusalError({
      rule: 'T-17',
      reason: 'domain_unproven',
      nextActor: 'org_admin',
      message: 'Only an address in a domain that the organization has proven can be given to a new account.',
    })
  }
  const holder = await readHolder(tx, key)
  if (holder === null || holder === from?.id) return
  throw refusalError({
    rule: 'T-17',
    reason: 'identity_conflict',
    nextActor: 'org_admin',
    message: 'A third account holds this address now; answer with keep or replace.',
  })
}

function told(from: Account, key: AddressKey, address: string): Change[] {
  return from.addresses
    .filter((a) => a.verifiedAt !== null && a.key !== key)
    .map((a): Change => ({ kind: 'mail', mail: 'address-changed', to: a.address, data: { address } }))
}
