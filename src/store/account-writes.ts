// Writes to accounts, their addresses and their identities.
import type { AccountAddress, Identity, Proof } from '../domain/account.ts'
import type { AddressKey } from '../domain/address.ts'
import { newId } from '../kernel/ids.ts'
import { statement, type Transaction } from './database.ts'

const accountCreate = statement(
  'account_create',
  'insert into accounts (id, name, created_at) values ($1, $2, $3)',
)

export async function createAccount(
  tx: Transaction,
  account: { id: string; name: string | null; at: Date },
): Promise<void> {
  await tx.run(accountCreate, [account.id, account.name, account.at])
}

const addressAdd = statement(
  'address_add',
  `insert into account_addresses (id, account_id, address, key, verified_at, proof, is_primary, given_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7 and not exists (select 1 from account_addresses p where p.account_id = $2 and p.is_primary), $8, $9)
   on conflict (account_id, key) do update set verified_at = coalesce(account_addresses.verified_at, excluded.verified_at),
     proof = coalesce(account_addresses.proof, excluded.proof), address = excluded.address, is_primary = account_addresses.is_primary or excluded.is_primary`,
)

const yieldPrimary = statement(
  'address_yield_primary',
  `update account_addresses set is_primary = false where account_id = $1 and key <> $2 and is_primary and given_by in ('directory', 'connection')`,
)

/**
 * Adds an address, or verifies the account's own claim of it; it becomes primary where none is. What a directory or a Connection gave is primary
 * only while it is the only one (T-12): it gives way to the first verified address that the person or the host product gives.
 */
export async function addAddress(
  tx: Transaction,
  accountId: string,
  address: AccountAddress,
  proof: Proof | null,
  at: Date,
): Promise<void> {
  const verified = address.verifiedAt !== null
  const own = verified && (address.givenBy === 'person' || address.givenBy === 'host')
  const yielded = own && (await tx.run(yieldPrimary, [accountId, address.key])) > 0
  await tx.run(addressAdd, [
    newId(),
    accountId,
    address.address,
    address.key,
    address.verifiedAt,
    proof,
    yielded || (address.primary && verified),
    address.givenBy,
    at,
  ])
}

const addressRemove = statement(
  'address_remove',
  'delete from account_addresses where account_id = $1 and key = $2',
)

/** Takes an address off an account, with the sessions begun by a code at it. */
export async function removeAddress(
  tx: Transaction,
  accountId: string,
  key: AddressKey,
  at: Date,
): Promise<void> {
  await tx.run(addressRemove, [accountId, key])
  await tx.run(endCodeSessions, [key, null, at, accountId])
}

const strike = statement(
  'claims_strike',
  `with struck as (delete from account_addresses where key = $1 and account_id <> $2 and verified_at is null returning account_id),
   codes as (update proof_codes set ended_at = $3 where key = $1 and ended_at is null and account_id in (select account_id from struck)),
   ended as (update sessions set ended_at = $3, end_reason = 'claim_struck' where proof_key = $1 and ended_at is null and account_id in (select account_id from struck))
   select count(*)::int as struck from struck`,
)
const endCodeSessions = statement(
  'sessions_end_at_key',
  `update sessions set ended_at = $3, end_reason = 'address_left' where proof_key = $1 and ended_at is null and account_id = $4 and account_id is distinct from $2::uuid`,
)

/** Strikes every unverified claim of the address on other accounts, with the codes and code sessions made at it (T-03, T-05). */
export async function strikeClaims(
  tx: Transaction,
  key: AddressKey,
  keepAccountId: string,
  at: Date,
): Promise<void> {
  await tx.rows(strike, [key, keepAccountId, at])
}

const identityLink = statement(
  'identity_link',
  `insert into identities (id, account_id, organization_id, connection_id, name_id, format, name_qualifier, sp_name_qualifier, rule, proof, automatic,
     directory_key, groups, jit_at, created_at, last_used_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$15)`,
)

export async function linkIdentity(tx: Transaction, x: Identity, at: Date): Promise<void> {
  const { nameId, format, nameQualifier, spNameQualifier } = x.subject
  await tx.run(identityLink, [
    x.id,
    x.accountId,
    x.organizationId,
    x.connectionId,
    nameId,
    format,
    nameQualifier,
    spNameQualifier,
    x.rule,
    x.proof,
    x.automatic,
    x.directoryKey,
    x.groups,
    x.jitAt,
    at,
  ])
}

const identityNote = statement(
  'identity_note',
  `update identities set directory_key = coalesce($2, directory_key), groups = coalesce($3, groups), jit_at = coalesce(jit_at, $4), last_used_at = $5, inactive_since = null where id = $1`,
)

/** Keeps what a sign-in by the identity said; what was absent clears nothing (B17). */
export async function noteIdentity(
  tx: Transaction,
  note: {
    identityId: string
    directoryKey: string | null
    groups: string[] | null
    jitAt: Date | null
    usedAt: Date
  },
): Promise<void> {
  await tx.run(identityNote, [note.identityId, note.directoryKey, note.groups, note.jitAt, note.usedAt])
}

const jitEnd = statement(
  'identities_end_jit',
  'update identities set jit_at = null where account_id = $1 and organization_id = $2',
)

/** A removal ends what just-in-time joining gave. */
export async function endJit(tx: Transaction, accountId: string, organizationId: string): Promise<void> {
  await tx.run(jitEnd, [accountId, organizationId])
}

const comparable = statement(
  'connection_comparable',
  'update connections set comparable = true where id = $1',
)

export async function makeComparable(tx: Transaction, connectionId: string): Promise<void> {
  await tx.run(comparable, [connectionId])
}
