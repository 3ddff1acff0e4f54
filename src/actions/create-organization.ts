// Makes an organization, with its first owner where one is named.
import { addressKey } from '../domain/address.ts'
import { defaultPolicies, OWNER } from '../domain/organization.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { readHolder } from '../store/account-reads.ts'
import { accountExists } from '../store/accounts.ts'
import { isDuplicate, type Reader, reader } from '../store/database.ts'
import { insertOrganization, type OrganizationRow } from '../store/organizations.ts'
import { addMember } from './add-member.ts'
import { actorOf, type Caller, requireRoot } from './authorize.ts'
import { deleteOrganization } from './delete-organization.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface NewOrganization {
  name: string
  slug: string
  owner?: { accountId: string } | { email: string } | undefined
}

/**
 * Makes the organization. AppError conflict `slug_taken`; for an owner's address that no account has verified `address_unproven`. Without an
 * owner it is unclaimed until the host product adds one.
 */
export async function createOrganization(
  world: World,
  caller: Caller,
  wanted: NewOrganization,
): Promise<OrganizationRow> {
  requireRoot(caller)
  const ownerId =
    wanted.owner === undefined ? null : await ownerAccount(reader(world.dataSource), wanted.owner)
  const row = {
    id: newId(),
    name: wanted.name,
    slug: wanted.slug,
    policies: defaultPolicies,
    createdAt: world.clock.now(),
  }
  await inTransaction(world, async (tx) => {
    await insertOrganization(tx, row)
    await recordEvent(tx, world, {
      organizationId: row.id,
      type: 'organization.created',
      actor: actorOf(caller),
      subject: { type: 'organization', id: row.id },
      data: { name: row.name, slug: row.slug },
    })
  }).catch(slugTaken)
  if (ownerId === null) return { ...row, hadOwner: false }
  try {
    await addMember(world, caller, row.id, { accountId: ownerId, role: OWNER })
  } catch (error) {
    await deleteOrganization(world, caller, row.id)
    throw error
  }
  return { ...row, hadOwner: true }
}

/** Turns the duplicate of a slug into its conflict; any other error stays what it is. */
export function slugTaken(error: unknown): never {
  if (!isDuplicate(error, 'organizations_slug_key')) throw error
  throw new AppError('conflict', 'slug_taken', 'Another organization has this slug.')
}

async function ownerAccount(read: Reader, owner: NonNullable<NewOrganization['owner']>): Promise<string> {
  if ('accountId' in owner) {
    if (await accountExists(read, owner.accountId)) return owner.accountId
    throw invalidField('owner.accountId', 'There is no such account')
  }
  const key = addressKey(owner.email)
  if (key === null) throw invalidField('owner.email', 'is not an e-mail address')
  const holder = await readHolder(read, key)
  if (holder !== null) return holder
  throw new AppError('conflict', 'address_unproven', 'No account has proven this address.', {
    details: { reason: 'address_unproven', nextActor: 'person' },
  })
}
