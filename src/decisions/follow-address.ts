// C14 and C15: what a record's new address means for the account that it is bound to.
import { verifiedKeys } from '../domain/account.ts'
import type { Change } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'

/**
 * The login address follows the record only where both addresses lie in domains proven by this organization, nobody holds the new one, and the
 * account is alone held here. Otherwise the record alone changes and the login address stays (T-09).
 */
export function followAddress(
  facts: PersonFacts,
  before: DirectoryRecord,
  after: DirectoryRecord,
  world: { aloneHeld: boolean; taken: boolean },
): { rule: 'C14' | 'C15' | null; changes: Change[] } {
  const { account } = facts
  if (!account || after.emailKey === null || after.email === null || before.emailKey === after.emailKey)
    return { rule: null, changes: [] }
  if (verifiedKeys(account).includes(after.emailKey)) return { rule: null, changes: [] }
  const { domains, id } = facts.organization
  const ours = (key: string | null) => key !== null && standingOf(key, domains, id) === 'this'
  const old = account.addresses.find((a) => a.key === before.emailKey && a.verifiedAt !== null)
  if (!old || !world.aloneHeld || world.taken || !ours(after.emailKey) || !ours(before.emailKey))
    return { rule: 'C15', changes: [] }
  const address = {
    address: after.email,
    key: after.emailKey,
    verifiedAt: facts.now,
    primary: old.primary,
    givenBy: 'directory' as const,
    restingSince: null,
  }
  const told = { address: old.address, newAddress: after.email }
  return {
    rule: 'C14',
    changes: [
      { kind: 'address.remove', accountId: account.id, key: old.key },
      { kind: 'address.add', accountId: account.id, address, proof: 'P3' },
      { kind: 'claims.strike', key: after.emailKey, keepAccountId: account.id },
      { kind: 'mail', mail: 'address-changed', to: old.address, data: told },
      { kind: 'mail', mail: 'address-changed', to: after.email, data: told },
    ],
  }
}

/** C16: an externalId that changed while the record was inactive, or as it returned, names a new person. */
export function isNewPerson(before: DirectoryRecord, after: DirectoryRecord): boolean {
  return (
    before.accountId !== null &&
    before.externalId !== null &&
    after.externalId !== before.externalId &&
    !before.active
  )
}
