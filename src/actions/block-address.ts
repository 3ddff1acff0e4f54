// Blocking an address: no invitation, sign-in or directory brings it into the organization while the block stands (D1).

import { addressKey } from '../domain/address.ts'
import { OWNER } from '../domain/organization.ts'
import { invalidField } from '../kernel/errors.ts'
import { insertBlock } from '../store/blocks.ts'
import type { Transaction } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import { readMembersByKey } from '../store/membership-reads.ts'
import type { Scope } from './apply.ts'
import { actorOf, authorize, type Caller, requireOver } from './authorize.ts'
import { loadPerson } from './load-person.ts'
import { lastOwner, settleHand } from './member-deed.ts'
import { recordEvent } from './record-event.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent. Members who bear the address are suspended; AppError conflict `last_owner` where it would shut out the last one. */
export async function blockAddress(
  world: World,
  caller: Caller,
  organizationRef: string,
  email: string,
): Promise<void> {
  const key = addressKey(email)
  if (key === null) throw invalidField('email', 'is not an e-mail address', 'invalid_address')
  await inTransaction(world, async (tx) => {
    const organization = await authorize(tx, caller, organizationRef, 'admin')
    const scope = { organizationId: organization.id, actor: actorOf(caller) }
    await lock(tx, [`owners:${organization.id}`])
    await lock(tx, [`key:${key}`])
    await insertBlock(tx, {
      organizationId: organization.id,
      key,
      address: email.trim(),
      actor: scope.actor,
      at: world.clock.now(),
    })
    await recordEvent(tx, world, {
      ...scope,
      type: 'address.blocked',
      subject: { type: 'organization', id: organization.id, email: email.trim(), key },
    })
    await resettleByKey(tx, world, caller, scope, key)
  })
}

/** Settles every member who bears the key after something about the key changed. AppError forbidden where one is an owner and the caller may not act on owners. */
export async function resettleByKey(
  tx: Transaction,
  world: World,
  caller: Caller,
  scope: Scope,
  key: string,
): Promise<void> {
  const accounts = await readMembersByKey(tx, scope.organizationId, key)
  await lock(
    tx,
    accounts.map((id) => `account:${id}` as const),
  )
  for (const accountId of accounts) {
    const facts = await loadPerson(tx, world, {
      organizationId: scope.organizationId,
      accountId,
      keys: [key],
      recordIds: [],
    })
    if (!facts.membership || facts.membership.status === 'removed') continue
    if (facts.membership.ownerSince !== null) {
      requireOver(caller, OWNER)
      if (facts.otherOwners === 0 && facts.blocks.includes(key)) throw refusalError(lastOwner())
    }
    await settleHand(tx, world, scope, facts, { rule: 'D1', type: 'member.resettled' })
  }
}
