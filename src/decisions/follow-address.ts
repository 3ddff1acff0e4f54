// C14 and C15: what a record's new address means for the account that it is bound to.
import { type Account, type AccountAddress, verifiedKeys } from '../domain/account.ts'
import type { AddressKey } from '../domain/address.ts'
import type { Change } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'

export interface Borne {
  email: string | null
  emailKey: AddressKey | null
}

export interface Followed {
  rule: 'C14' | 'C15' | null
  changes: Change[]
  /** The facts as they stand once the address has moved. */
  facts: PersonFacts
}

/**
 * The login address follows the organization's word only where both addresses lie in domains proven by it, nobody holds or ever joined here
 * by the new one, and the account is alone held here. Otherwise nothing but what said so changes and the login address stays (T-09).
 */
export function followAddress(
  facts: PersonFacts,
  before: Borne,
  after: Borne,
  world: { aloneHeld: boolean; taken: boolean; givenBy: 'directory' | 'connection' },
): Followed {
  const { account } = facts
  const { email, emailKey } = after
  if (!account || emailKey === null || email === null || before.emailKey === emailKey)
    return { rule: null, changes: [], facts }
  if (verifiedKeys(account).includes(emailKey)) return { rule: null, changes: [], facts }
  const { domains, id } = facts.organization
  const ours = (key: AddressKey | null) => key !== null && standingOf(key, domains, id) === 'this'
  const old = account.addresses.find((a) => a.key === before.emailKey && a.verifiedAt !== null)
  const used = world.taken || facts.othersJoined.some((o) => o.key === emailKey)
  if (!old || !world.aloneHeld || used || !ours(emailKey) || !ours(before.emailKey))
    return { rule: 'C15', changes: [], facts }
  const address: AccountAddress = {
    address: email,
    key: emailKey,
    verifiedAt: facts.now,
    primary: old.primary,
    givenBy: world.givenBy,
    restingSince: null,
  }
  const told = { address: old.address, newAddress: email }
  return {
    rule: 'C14',
    changes: [
      { kind: 'address.remove', accountId: account.id, key: old.key },
      { kind: 'address.add', accountId: account.id, address, proof: 'P3' },
      { kind: 'claims.strike', key: emailKey, keepAccountId: account.id },
      { kind: 'mail', mail: 'address-changed', to: old.address, data: told },
      { kind: 'mail', mail: 'address-changed', to: email, data: told },
    ],
    facts: moved(facts, account, old, address),
  }
}

/** The account with the new address for the old one, and the membership known by it where it was known by the old one. */
function moved(
  facts: PersonFacts,
  account: Account,
  old: AccountAddress,
  address: AccountAddress,
): PersonFacts {
  const { membership } = facts
  const known = membership?.email === old.address
  return {
    ...facts,
    account: { ...account, addresses: account.addresses.map((a) => (a === old ? address : a)) },
    membership: membership && known ? { ...membership, email: address.address } : membership,
  }
}

/**
 * B1: the address that a sign-in by a known subject replaces: the one that the Connection itself brought. Null where a directory's record
 * speaks for the person, or where it is not clear which one it was.
 */
export function assertedBefore(facts: PersonFacts): Borne | null {
  const { account, records } = facts
  if (!account || records.some((r) => r.accountId === account.id)) return null
  const brought = account.addresses.filter((a) => a.verifiedAt !== null && a.givenBy === 'connection')
  const [only] = brought
  return only && brought.length === 1 ? { email: only.address, emailKey: only.key } : null
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
